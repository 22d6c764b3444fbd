import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cutTable, keptOf } from './schema.ts';

type Entries = Parameters<typeof keptOf>[0];

const core = new URL('../node_modules/@mtcute/core/', import.meta.url);
const schema = JSON.parse(readFileSync(fileURLToPath(new URL('tl/api-schema.json', core)), 'utf8')) as { e: Entries };
const idOf = (name: string) => String(schema.e.find((entry) => entry.name === name)!.id);

describe('what stays of the schema', () => {
	const { read, written } = keptOf(schema.e, [`call({ _: 'messages.sendMessage' }); call({ _: "help.getConfig" });`]);

	it('is what the called methods send, down to the last class', () => {
		for (const name of ['messages.sendMessage', 'inputPeerUser', 'inputReplyToMessage', 'messageEntityBold']) {
			expect(written(name), name).toBe(true);
		}
		for (const name of ['payments.getPaymentForm', 'inputInvoiceSlug']) expect(written(name), name).toBe(false);
	});

	it('is what they answer, and all updates', () => {
		for (const name of ['config', 'updates', 'updateNewMessage', 'messageMediaPoll', 'user', 'channelForbidden']) {
			expect(read(idOf(name)), name).toBe(true);
		}
		expect(read(idOf('payments.paymentForm'))).toBe(false);
	});

	it('is the protocol below it', () => {
		expect(written('mt_ping')).toBe(true);
		expect(read('2059302892')).toBe(true);
	});
});

describe('the names of methods', () => {
	const sources = fileURLToPath(new URL('../src/lib/protocol/', import.meta.url));
	const files = readdirSync(sources, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
		.map((name) => [name, readFileSync(join(sources, name), 'utf8')] as const);
	const spaces = new Set(schema.e.filter(({ name }) => name.includes('.')).map(({ name }) => name.split('.')[0]));

	it('stand whole in quotes, as otherwise they are cut', () => {
		const pieces = /(['"`])(\w+)\.\w*(?:\1\s*\+|\$\{)/g;
		for (const [name, code] of files) {
			const cut = [...code.matchAll(pieces)].filter(([, , space]) => spaces.has(space!));
			expect(cut, name).toEqual([]);
		}
	});

	it('are those of the schema', () => {
		const known = new Set(schema.e.map(({ name }) => name));
		for (const [name, code] of files) {
			const called = [...code.matchAll(/_: ['"](\w+\.\w+)['"]/g)].map(([, method]) => method!);
			expect(
				called.filter((method) => !known.has(method) && !method.startsWith('mt')),
				name,
			).toEqual([]);
		}
	});
});

describe('cutting a table', () => {
	const table =
		'var m = {\n  "a": function(w) {\n    w.uint(1);\n  },\n  "b.c": function(w, v) {\n    if (v) {\n    }\n  }\n};\n';

	it('takes whole entries out', () => {
		expect(cutTable(table, (key) => key === 'a')).toBe('var m = {\n  "a": function(w) {\n    w.uint(1);\n  },\n};\n');
		expect(cutTable(table, () => true)).toBe(table);
	});

	it('finds every entry of the real tables', () => {
		for (const name of ['writer', 'reader']) {
			const code = readFileSync(fileURLToPath(new URL(`tl/binary/${name}.js`, core)), 'utf8');
			expect(
				cutTable(code, () => false),
				name,
			).not.toMatch(/^ {2}\S+: function\(/m);
		}
	});
});
