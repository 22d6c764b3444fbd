export interface Card {
	firstName: string;
	lastName: string;
	phone: string;
}

/** Names and numbers in a file of cards; one without a number is left out. Spec: RFC 6350. */
export function readCards(text: string): Card[] {
	const lines = text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/);
	const cards: Card[] = [];
	let card: Card | undefined;
	for (const line of lines) {
		const [name, value] = splitLine(line);
		if (name === 'BEGIN') card = { firstName: '', lastName: '', phone: '' };
		else if (name === 'END' && card) cards.push(card);
		else if (card) fill(card, name, value);
	}
	return cards.filter(({ phone }) => phone !== '').map(withName);
}

/** The cards as a file. Spec: RFC 6350. */
export function writeCards(cards: readonly Card[]): string {
	return cards.map((card) => `${linesOf(card).join('\r\n')}\r\n`).join('');
}

function linesOf({ firstName, lastName, phone }: Card): string[] {
	const name = escape([firstName, lastName].filter(Boolean).join(' '));
	const parts = `${escape(lastName)};${escape(firstName)};;;`;
	return ['BEGIN:VCARD', 'VERSION:3.0', `FN:${name}`, `N:${parts}`, `TEL;TYPE=CELL:+${phone}`, 'END:VCARD'];
}

function escape(text: string): string {
	return text.replace(/[\\,;]/g, '\\$&').replace(/\n/g, '\\n');
}

/** `item1.TEL;TYPE=cell:+47 1` is `TEL` and `+47 1`. */
function splitLine(line: string): [string, string] {
	const at = line.indexOf(':');
	const name = line.slice(0, Math.max(at, 0)).split(';')[0] ?? '';
	return [name.slice(name.lastIndexOf('.') + 1).toUpperCase(), line.slice(at + 1)];
}

function fill(card: Card, name: string, value: string) {
	if (name === 'TEL' && !card.phone) card.phone = value.replace(/\D/g, '');
	if (name === 'N') [card.lastName = '', card.firstName = ''] = value.split(/(?<!\\);/).map(unescape);
	if (name === 'FN' && !card.firstName && !card.lastName) card.firstName = unescape(value);
}

function unescape(text: string): string {
	return text.replace(/\\([,;\\])/g, '$1').trim();
}

function withName(card: Card): Card {
	return card.firstName ? card : { ...card, firstName: card.lastName || `+${card.phone}`, lastName: '' };
}
