// The figures beside what is wanted of them.

/** The middle of a list of numbers. */
export function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
}

/** A line of the report: what was measured, all its values, the one that counts, and the mark that it must not pass. */
export function line(what, unit, values, { mark, of = median } = {}) {
  const figure = of(values)
  return { what, unit, figure: round(figure), values: values.map(round), mark, isMet: mark === undefined ? undefined : figure <= mark }
}

export const most = (numbers) => Math.max(...numbers)

function round(number) {
  return Math.abs(number) >= 100 ? Math.round(number) : Math.round(number * 100) / 100
}

export function print(lines) {
  for (const { what, unit, figure, values, mark, isMet } of lines) {
    const verdict = isMet === undefined ? '' : isMet ? '  met' : '  MISSED'
    const wanted = mark === undefined ? '' : `  (at most ${mark})`
    console.log(`${what.padEnd(66)} ${String(figure).padStart(8)} ${unit}${wanted}${verdict}`)
    if (values.length > 1) console.log(`    ${values.join(' ')}`)
  }
}
