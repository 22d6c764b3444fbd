import { createContext } from 'svelte';
import { connect, type Session } from '../api/api.ts';
import type { PageConfig } from '../api/config.ts';
import { eraseLeftovers } from '../api/leftovers.ts';
import type { ConnectionState } from '../api/types.ts';
import type { DeviceInfo } from '../api/wire.ts';
import { type AccountEntry, AccountList } from './accounts.ts';
import { RunningAccount } from './running.svelte.ts';
import { TabLock } from './tab-lock.ts';

export { RunningAccount } from './running.svelte.ts';

export type Connect = (slot: number, config: PageConfig, device: DeviceInfo) => Session;

interface Options {
	connect?: Connect;
	list?: AccountList;
	lock?: TabLock;
	eraseLeftovers?: (slots: number[]) => Promise<void>;
}

/** The page as a whole: its accounts, which of them is shown, and whether this tab may run them. */
export class AppStore {
	readonly config: PageConfig;
	readonly #device: DeviceInfo;
	readonly #connect: Connect;
	readonly #list: AccountList;
	readonly #lock: TabLock;
	readonly #eraseLeftovers: (slots: number[]) => Promise<void>;
	#running = $state.raw<readonly RunningAccount[]>([]);
	/** `waiting` until the browser has said whose the accounts are; `elsewhere`: another tab runs them. */
	tab = $state<'waiting' | 'own' | 'elsewhere'>('waiting');
	/** All accounts of this browser, also one that is just being signed in to. */
	accounts = $state.raw<readonly AccountEntry[]>([]);
	/** The account that is shown; missing when this tab runs none. */
	current = $state.raw<RunningAccount>();

	constructor(config: PageConfig, device: DeviceInfo, options: Options = {}) {
		this.config = config;
		this.#device = device;
		this.#connect = options.connect ?? connect;
		this.#list = options.list ?? new AccountList(localStorage);
		this.#lock = options.lock ?? new TabLock();
		this.#eraseLeftovers = options.eraseLeftovers ?? eraseLeftovers;
		this.accounts = this.#list.all;
	}

	/** How the connection of the shown account stands. */
	get connection(): ConnectionState {
		return this.current?.connection ?? 'connecting';
	}

	/** All accounts whose workers run here. */
	get running(): readonly RunningAccount[] {
		return this.#running;
	}

	/** Starts the accounts, unless another tab runs them. */
	async start(): Promise<void> {
		await this.#own({});
	}

	/** Takes the accounts over from the other tab. */
	async useHere(): Promise<void> {
		await this.#own({ steal: true });
	}

	/** Shows the sign-in of another account. */
	addAccount() {
		if (this.current?.signIn !== 'out') this.switchTo(this.#list.add().slot);
	}

	/** Shows another account; a sign-in that was begun is forgotten. */
	switchTo(slot: number) {
		const left = this.current;
		this.#list.turnTo(slot);
		this.current = this.#run(slot);
		if (left && left.slot !== slot && left.signIn === 'out') this.#drop(left.slot);
		this.accounts = this.#list.all;
	}

	/** To be called when an account has signed in. */
	signedIn(slot: number) {
		const account = this.#find(slot);
		if (!account) return;
		account.signIn = 'in';
		account.wasEndedElsewhere = false;
	}

	/** Remembers what the list of accounts shows of one. */
	describe(slot: number, about: Omit<AccountEntry, 'slot'>) {
		this.#list.describe(slot, about);
		this.accounts = this.#list.all;
	}

	/** Says to all workers that the page is in front again. */
	wake() {
		for (const account of this.#running) account.session.wake();
	}

	async #own(options: { steal?: boolean }) {
		const isOwn = await this.#lock.take(() => this.#giveUp(), options);
		this.tab = isOwn ? 'own' : 'elsewhere';
		if (!isOwn) return;
		this.#tidy();
		for (const { slot, name } of this.#list.all) if (name) this.#run(slot);
		this.switchTo(this.#list.current.slot);
	}

	#giveUp() {
		this.tab = 'elsewhere';
		for (const account of this.#running) account.session.close();
		this.#running = [];
		this.current = undefined;
	}

	#find(slot: number): RunningAccount | undefined {
		return this.#running.find((account) => account.slot === slot);
	}

	#run(slot: number): RunningAccount {
		const known = this.#find(slot);
		if (known) return known;
		const account = new RunningAccount(this.#connect(slot, this.config, this.#device));
		this.#running = [...this.#running, account];
		account.session.on('signedOut', ({ reason }) => this.#signedOut(slot, reason));
		return account;
	}

	/** The worker has deleted everything. The slot is not used again, so nothing of the old can be met. */
	#signedOut(slot: number, reason: 'here' | 'elsewhere') {
		const wasShown = this.current?.slot === slot;
		this.#drop(slot);
		if (!wasShown) return;
		this.switchTo(this.#list.current.slot);
		if (this.current) this.current.wasEndedElsewhere = reason === 'elsewhere';
	}

	#drop(slot: number) {
		this.#find(slot)?.session.close();
		this.#running = this.#running.filter((account) => account.slot !== slot);
		this.#list.remove(slot);
		this.accounts = this.#list.all;
		this.#tidy();
	}

	#tidy() {
		const slots = this.#list.all.map(({ slot }) => slot);
		this.#eraseLeftovers(slots).catch((error: unknown) => console.warn('leftovers', error));
	}
}

export const [useApp, provideApp] = createContext<AppStore>();
