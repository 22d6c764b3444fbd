/** Words, dates and numbers in the language of the page, and the markup of messages. */
export * from './format.ts';
export * from './language.svelte.ts';
export * from './translate.ts';
