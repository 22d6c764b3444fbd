import globals from 'globals';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import config from './svelte.config.js';

/** Nothing outside the worker may know the protocol's library. */
const protocolLibrary = {
	group: ['@mtcute/*'],
	message: 'Only lib/protocol speaks the protocol; ask through lib/api.',
};

/** Forbids the files of a folder to import what stands above it. */
function keepBelow(files, ...patterns) {
	return { files, rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

function above(...folders) {
	return {
		group: folders.flatMap((folder) => [`$lib/${folder}`, `$lib/${folder}/**`, `**/../${folder}/**`]),
		message: 'The arrows are: features -> stores, ui, text; stores -> api, text; protocol and ui import none of these.',
	};
}

export default ts.config(
	{ ignores: ['dist/', 'node_modules/', '.svelte-kit/'] },
	...ts.configs.strict,
	...ts.configs.stylistic,
	...svelte.configs.recommended,
	{
		linterOptions: { noInlineConfig: true },
		languageOptions: { globals: { ...globals.browser } },
		rules: {
			'@typescript-eslint/consistent-type-definitions': 'off',
			'@typescript-eslint/no-non-null-assertion': 'off',
			'@typescript-eslint/no-empty-function': 'off',
			'@typescript-eslint/no-dynamic-delete': 'off',
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
			'@typescript-eslint/consistent-type-imports': 'error',
			eqeqeq: ['error', 'always', { null: 'ignore' }],
			'no-undef': 'off', // the compiler knows better
			'no-eval': 'error',
			'no-implied-eval': 'error',
			'no-console': ['error', { allow: ['warn', 'error'] }],
		},
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, svelteConfig: config } },
		rules: {
			'prefer-const': 'off',
			'svelte/prefer-const': ['error', { destructuring: 'all' }],
			'svelte/no-at-html-tags': 'error',
			// The content security policy refuses style attributes; style: directives it does not.
			'no-restricted-syntax': [
				'error',
				{ selector: 'SvelteAttribute[key.name="style"]', message: 'Use style: directives.' },
			],
			'svelte/no-inline-styles': 'off',
			'svelte/button-has-type': 'error',
			'svelte/prefer-svelte-reactivity': 'off', // a store also holds what nobody shows
			'svelte/no-navigation-without-resolve': 'off', // it is about SvelteKit
		},
	},
	keepBelow(['src/**'], protocolLibrary),
	keepBelow(['src/lib/protocol/**'], above('stores', 'features', 'ui')),
	keepBelow(['src/lib/secret/**'], protocolLibrary, above('api', 'protocol', 'stores', 'features', 'ui', 'text')),
	keepBelow(['src/lib/api/**'], protocolLibrary, above('stores', 'features', 'ui')),
	keepBelow(['src/lib/text/**'], protocolLibrary, above('stores', 'features', 'ui', 'protocol')),
	keepBelow(['src/lib/ui/**'], protocolLibrary, above('stores', 'features', 'protocol')),
	keepBelow(['src/lib/stores/**'], protocolLibrary, above('features', 'ui', 'protocol')),
	keepBelow(['src/lib/features/**'], protocolLibrary, above('protocol')),
	{ files: ['build/**', '*.config.*'], languageOptions: { globals: { ...globals.node } } },
);
