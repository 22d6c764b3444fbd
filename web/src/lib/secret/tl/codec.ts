import { SecretError } from '../errors.ts';
import type { Reader } from './reader.ts';
import { schemaText } from './schema.ts';
import type { Writer } from './writer.ts';

/** Any value of the schema. Numbers of 64 bits are bigints; optional fields that are not set are missing. */
export type TlValue = number | bigint | string | boolean | Uint8Array | TlObject | TlValue[] | undefined;
export type TlObject = { _: string } & { [field: string]: TlValue };

interface Field {
	name: string;
	/** `int`, `long`, `double`, `string`, `bytes`, `true`, `#`, or a type of the schema. */
	type: string;
	isVector: boolean;
	/** The bit that says whether the field is there. */
	flag?: number;
}

interface Constructor {
	name: string;
	id: number;
	type: string;
	fields: Field[];
}

const vectorId = 0x1cb5c415;

function parse(line: string): Constructor {
	const [left = '', type = ''] = line.split(' = ');
	const [head = '', ...fields] = left.split(' ');
	const [name = '', id = ''] = head.split('#');
	return { name, id: Number.parseInt(id, 16), type, fields: fields.map(parseField) };
}

function parseField(text: string): Field {
	const [, name = '', flag, vector, type = ''] = /^(\w+):(?:flags\.(\d+)\?)?(?:(Vector)<)?([\w#]+)>?$/.exec(text) ?? [];
	const field: Field = { name: camel(name), type, isVector: vector !== undefined };
	return flag === undefined ? field : { ...field, flag: Number(flag) };
}

function camel(name: string): string {
	return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

const constructors = schemaText.trim().split('\n').map(parse);
const byName = new Map(constructors.map((c) => [c.name, c]));
const byId = new Map(constructors.map((c) => [c.id, c]));

/**
 * Reads a value of a type of the schema. Throws `frame` for what is none, also for constructors that are not known.
 * Arrays of bytes alias the input.
 */
export function readObject(r: Reader, type: string): TlObject {
	const id = r.id();
	const c = byId.get(id);
	if (c?.type !== type) throw new SecretError('frame', `constructor ${id.toString(16)} is no ${type}`);
	const out: TlObject = { _: c.name };
	let flags = 0;
	for (const field of c.fields) {
		if (field.type === '#') flags = r.int();
		else if (field.type === 'true') out[field.name] = hasFlag(flags, field);
		else if (field.flag === undefined || hasFlag(flags, field)) out[field.name] = readField(r, field);
	}
	return out;
}

function hasFlag(flags: number, field: Field): boolean {
	return ((flags >> (field.flag ?? 0)) & 1) === 1;
}

function readField(r: Reader, field: Field): TlValue {
	if (!field.isVector) return readValue(r, field.type);
	if (r.id() !== vectorId) throw new SecretError('frame', 'no vector');
	const count = r.count(field.type === 'long' ? 8 : 4);
	return Array.from({ length: count }, () => readValue(r, field.type));
}

function readValue(r: Reader, type: string): TlValue {
	switch (type) {
		case 'int':
			return r.int();
		case 'long':
			return r.long();
		case 'double':
			return r.double();
		case 'string':
			return r.string();
		case 'bytes':
			return r.bytes();
		default:
			return readObject(r, type);
	}
}

/** Writes an object of the schema. It must have the form that its constructor demands. */
export function writeObject(w: Writer, object: TlObject) {
	const c = byName.get(object._);
	if (!c) throw new TypeError(`no constructor ${object._}`);
	w.int(c.id | 0);
	for (const field of c.fields) {
		const value = object[field.name];
		if (field.type === '#') w.int(flagsOf(c, object));
		else if (field.type !== 'true' && (field.flag === undefined || value !== undefined)) {
			writeField(w, field, value);
		}
	}
}

function flagsOf(c: Constructor, object: TlObject): number {
	let flags = 0;
	for (const { name, flag } of c.fields) {
		const value = object[name];
		if (flag !== undefined && value !== undefined && value !== false) flags |= 1 << flag;
	}
	return flags;
}

function writeField(w: Writer, field: Field, value: TlValue) {
	if (!field.isVector) {
		writeValue(w, field.type, value);
		return;
	}
	const items = value as TlValue[];
	w.int(vectorId);
	w.int(items.length);
	for (const item of items) writeValue(w, field.type, item);
}

function writeValue(w: Writer, type: string, value: TlValue) {
	switch (type) {
		case 'int':
			return w.int(value as number);
		case 'long':
			return w.long(value as bigint);
		case 'double':
			return w.double(value as number);
		case 'string':
			return w.string(value as string);
		case 'bytes':
			return w.bytes(value as Uint8Array);
		default:
			return writeObject(w, value as TlObject);
	}
}
