import type { tl } from '@mtcute/core';
import type { Chart, ChatStats, StatsLine } from '../../../api/community.ts';
import type { PeerKey } from '../../../api/types.ts';
import type { Account } from '../../account.ts';
import { userKey } from '../../shape/key.ts';
import type { Calls } from '../calls.ts';

/** Numbers about channels and groups. Spec: https://core.telegram.org/api/stats */
export const stats = {
	async stats(account: Account, peer: PeerKey): Promise<ChatStats> {
		const channel = account.inputChannel(peer);
		if (account.peer(peer)?.kind === 'channel') {
			return ofChannel(account, await account.call({ _: 'stats.getBroadcastStats', channel }));
		}
		return ofGroup(account, await account.call({ _: 'stats.getMegagroupStats', channel }));
	},
} satisfies Calls;

async function ofChannel(account: Account, answer: tl.stats.RawBroadcastStats): Promise<ChatStats> {
	const { period, followers, viewsPerPost, sharesPerPost, reactionsPerPost } = answer;
	return {
		from: period.minDate,
		to: period.maxDate,
		numbers: numbersOf({ followers, viewsPerPost, sharesPerPost, reactionsPerPost }),
		charts: await chartsOf(account, {
			growth: answer.growthGraph,
			followers: answer.followersGraph,
			interactions: answer.interactionsGraph,
			hours: answer.topHoursGraph,
			sources: answer.viewsBySourceGraph,
			newSources: answer.newFollowersBySourceGraph,
			languages: answer.languagesGraph,
			reactions: answer.reactionsByEmotionGraph,
			mute: answer.muteGraph,
		}),
		top: [],
		posts: answer.recentPostsInteractions.flatMap((post) =>
			post._ === 'postInteractionCountersMessage'
				? [{ message: post.msgId, views: post.views, forwards: post.forwards }]
				: [],
		),
	};
}

async function ofGroup(account: Account, answer: tl.stats.RawMegagroupStats): Promise<ChatStats> {
	account.take({ users: answer.users, chats: [] });
	const { period, members, messages, viewers, posters } = answer;
	return {
		from: period.minDate,
		to: period.maxDate,
		numbers: numbersOf({ members, messages, viewers, posters }),
		charts: await chartsOf(account, {
			growth: answer.growthGraph,
			members: answer.membersGraph,
			messages: answer.messagesGraph,
			actions: answer.actionsGraph,
			hours: answer.topHoursGraph,
			weekdays: answer.weekdaysGraph,
			newSources: answer.newMembersBySourceGraph,
			languages: answer.languagesGraph,
		}),
		top: [
			...answer.topPosters.map((top) => ({ peer: userKey(top.userId), count: top.messages, kind: 'poster' as const })),
			...answer.topAdmins.map(({ userId, deleted, kicked, banned }) => ({
				peer: userKey(userId),
				count: deleted + kicked + banned,
				kind: 'admin' as const,
			})),
			...answer.topInviters.map((top) => ({
				peer: userKey(top.userId),
				count: top.invitations,
				kind: 'inviter' as const,
			})),
		],
		posts: [],
	};
}

function numbersOf(values: Record<string, tl.RawStatsAbsValueAndPrev>): ChatStats['numbers'] {
	return Object.entries(values).map(([id, { current, previous }]) => ({ id, now: current, before: previous }));
}

async function chartsOf(account: Account, graphs: Record<string, tl.TypeStatsGraph>): Promise<Chart[]> {
	const charts = await Promise.all(Object.entries(graphs).map(([id, graph]) => chartOf(account, id, graph)));
	return charts.filter((chart) => chart !== undefined);
}

/** Undefined for one without data. */
async function chartOf(account: Account, id: string, graph: tl.TypeStatsGraph): Promise<Chart | undefined> {
	if (graph._ === 'statsGraphError') return undefined;
	if (graph._ === 'statsGraph') return readChart(id, graph.json.data);
	const loaded = await account.call({ _: 'stats.loadAsyncGraph', token: graph.token });
	return loaded._ === 'statsGraph' ? readChart(id, loaded.json.data) : undefined;
}

interface GraphData {
	columns: [string, ...number[]][];
	types: Record<string, StatsLine['kind'] | 'x'>;
	names: Record<string, string>;
	stacked?: boolean;
}

/** Undefined for what does not have the form of a chart. */
export function readChart(id: string, json: string): Chart | undefined {
	const data = parse(json);
	const dates = data?.columns.find(([label]) => data.types[label] === 'x')?.slice(1) as number[] | undefined;
	if (!data || !dates) return undefined;
	const lines = data.columns.flatMap(([label, ...values]): StatsLine[] => {
		const kind = data.types[label];
		return !kind || kind === 'x' ? [] : [{ name: data.names[label] ?? label, values, kind }];
	});
	return { id, dates: dates.map((date) => date / 1000), lines, isStacked: data.stacked ?? false };
}

function parse(json: string): GraphData | undefined {
	try {
		const data = JSON.parse(json) as Partial<GraphData>;
		return data.columns && data.types ? { names: {}, ...data, columns: data.columns, types: data.types } : undefined;
	} catch {
		return undefined;
	}
}
