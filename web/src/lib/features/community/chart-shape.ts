import type { Chart, StatsLine } from '$lib/api/community.ts';

/** Where the points of a chart stand in a box of `width` by `height`; y grows downwards. */
export interface ChartBox {
	width: number;
	height: number;
}

/** A round number over every value, so that the lines beside the chart are round too. */
export function topOf(chart: Chart): number {
	const sums = chart.isStacked
		? chart.dates.map((_, index) => sum(chart.lines.map(({ values }) => values[index] ?? 0)))
		: chart.lines.flatMap(({ values }) => values);
	return roundUp(Math.max(1, ...sums));
}

/** Lines that do not begin at nothing, such as the number of members, are told apart better over their least value. */
export function bottomOf(chart: Chart): number {
	const values = chart.lines.flatMap((line) => line.values);
	const [least, most] = [Math.min(...values), Math.max(...values)];
	const isBar = chart.lines.some(({ kind }) => kind === 'bar');
	if (isBar || chart.isStacked || least <= 0 || most - least > most / 2) return 0;
	return Math.floor(least - (most - least || 1));
}

export function pathOf(line: StatsLine, box: ChartBox, bottom: number, top: number): string {
	const last = Math.max(1, line.values.length - 1);
	return line.values
		.map((value, index) => {
			const x = (index / last) * box.width;
			const y = box.height - ((value - bottom) / (top - bottom)) * box.height;
			return `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`;
		})
		.join('');
}

export interface Bar {
	x: number;
	y: number;
	width: number;
	height: number;
	line: number;
}

/** Bars of one day stand on each other when the chart is stacked, else beside each other. */
export function barsOf(chart: Chart, box: ChartBox, top: number): Bar[] {
	const step = box.width / chart.dates.length;
	const width = chart.isStacked ? step * 0.8 : (step * 0.8) / chart.lines.length;
	return chart.dates.flatMap((_, day) => {
		let below = 0;
		return chart.lines.map((line, index) => {
			const height = ((line.values[day] ?? 0) / top) * box.height;
			const bar = {
				x: round(day * step + step * 0.1 + (chart.isStacked ? 0 : index * width)),
				y: round(box.height - below - height),
				width: round(width),
				height: round(height),
				line: index,
			};
			if (chart.isStacked) below += height;
			return bar;
		});
	});
}

function roundUp(value: number): number {
	const unit = 10 ** Math.floor(Math.log10(value));
	const step = [1, 2, 2.5, 5, 10].find((factor) => factor * unit >= value) ?? 10;
	return Math.max(4, step * unit);
}

function sum(values: readonly number[]): number {
	return values.reduce((all, value) => all + value, 0);
}

function round(value: number): number {
	return Math.round(value * 100) / 100;
}
