import type { tl } from '@mtcute/core';
import type { Poll, PollAnswer } from '../../api/types.ts';
import { toBase64 } from './bytes.ts';
import { keyOf } from './key.ts';
import { shapeText, shapeTextWithEntities } from './text.ts';

export function shapePoll(poll: tl.TypePoll, results: tl.TypePollResults): Poll {
	return {
		id: poll.id.toString(),
		question: shapeTextWithEntities(poll.question),
		answers: withResults(poll.answers.flatMap(shapeAnswer), results),
		isClosed: poll.closed ?? false,
		isPublic: poll.publicVoters ?? false,
		isMultiple: poll.multipleChoice ?? false,
		isQuiz: poll.quiz ?? false,
		closesAt: poll.closeDate,
		total: 0,
		recentVoters: [],
		...shapeResults(results),
	};
}

/** New counts of a known poll. Sent to all alike (`min`), they do not tell what this user chose. */
export function withPollResults(poll: Poll, results: tl.TypePollResults): Poll {
	return { ...poll, ...shapeResults(results), answers: withResults(poll.answers, results) };
}

function shapeResults(results: tl.TypePollResults) {
	return {
		...(results.totalVoters === undefined ? {} : { total: results.totalVoters }),
		...(results.recentVoters ? { recentVoters: results.recentVoters.map(keyOf) } : {}),
		...(results.solution === undefined ? {} : { solution: shapeText(results.solution, results.solutionEntities) }),
	};
}

function shapeAnswer(answer: tl.TypePollAnswer): PollAnswer[] {
	if (answer._ !== 'pollAnswer') return [];
	return [{ option: toBase64(answer.option), text: shapeTextWithEntities(answer.text), isChosen: false }];
}

function withResults(answers: readonly PollAnswer[], { results, min }: tl.TypePollResults): PollAnswer[] {
	if (!results) return [...answers];
	const byOption = new Map(results.map((result) => [toBase64(result.option), result]));
	return answers.map((answer) => {
		const result = byOption.get(answer.option);
		if (!result) return answer;
		const own = min ? {} : { isChosen: result.chosen ?? false, isCorrect: result.correct };
		return { ...answer, voters: result.voters, ...own };
	});
}
