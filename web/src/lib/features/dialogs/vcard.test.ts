import { expect, test } from 'vitest';
import { cutAround } from './cut-around.ts';
import { readCards, writeCards } from './vcard.ts';

test('cards are read with folded lines, types and groups', () => {
	const text = [
		'BEGIN:VCARD',
		'N:Nordmann;Kari;;;',
		'item1.TEL;TYPE=cell:+47 99 88',
		' 77 66',
		'END:VCARD',
		'BEGIN:VCARD',
		'FN:Nobody',
		'END:VCARD',
	].join('\r\n');
	expect(readCards(text)).toEqual([{ firstName: 'Kari', lastName: 'Nordmann', phone: '4799887766' }]);
});

test('cards that were written are read as they were', () => {
	const cards = [
		{ firstName: 'Kari; of Oslo', lastName: 'Nordmann', phone: '4799887766' },
		{ firstName: 'Ola', lastName: '', phone: '4711' },
	];
	expect(readCards(writeCards(cards))).toEqual(cards);
});

test('a text is cut so that the words are seen', () => {
	const cut = cutAround('a long beginning that nobody needs to see before the snow falls', 'snow');
	expect(cut).toEqual({ before: '…needs to see before the ', hit: 'snow', after: ' falls' });
	expect(cutAround('nothing', 'snow')).toEqual({ before: 'nothing', hit: '', after: '' });
});
