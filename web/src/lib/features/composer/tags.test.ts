import { expect, test } from 'vitest';
import { memoryStorage } from '$lib/stores/sample.ts';
import { KnownTags } from './tags.ts';

test('tags that were sent are found by how they begin, the last used first', () => {
	const storage = memoryStorage();
	new KnownTags(1, storage).remember('#fjord and #Fjell, mail@x#no');
	const tags = new KnownTags(1, storage);
	tags.remember('up a #fjell2');
	expect(tags.find('fj')).toEqual(['fjell2', 'fjord', 'Fjell']);
	expect(tags.find('fjord')).toEqual([]);
	expect(new KnownTags(2, storage).find('fj')).toEqual([]);
});
