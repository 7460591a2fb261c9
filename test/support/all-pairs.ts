/** The values that each factor can have, the ordinary one first. */
export type Factors = Readonly<Record<string, readonly unknown[]>>;

/** A choice of one value for each factor. */
export type Choice<F extends Factors> = { readonly [K in keyof F]: F[K][number] };

/**
 * Few choices in which each value of each factor meets each value of each other factor at least once: faults
 * that need two circumstances are found without trying all combinations. Greedy, and the same every time.
 *
 * @example allPairs({ mlsd: [true, false], size: [true, false], epsv: [true, false] }) // 4 choices, not 8
 */
export function allPairs<F extends Factors>(factors: F): readonly Choice<F>[] {
  const names = Object.keys(factors);
  const missing = new Set<string>();
  for (const [index, a] of names.entries()) {
    for (const b of names.slice(index + 1)) {
      for (const x of indexes(factors, a)) for (const y of indexes(factors, b)) missing.add(pair(a, x, b, y));
    }
  }
  const choices: Choice<F>[] = [];
  while (missing.size > 0) {
    const chosen = new Map<string, number>();
    const [first = ''] = missing;
    const [a = '', x = '', b = '', y = ''] = first.split('|');
    chosen.set(a, Number(x)).set(b, Number(y));
    for (const name of names) {
      if (chosen.has(name)) continue;
      const gains = indexes(factors, name).map((value) => ({ value, gain: gainOf(name, value, chosen) }));
      const best = gains.reduce((most, each) => (each.gain > most.gain ? each : most));
      chosen.set(name, best.value);
    }
    for (const [one, value] of chosen)
      for (const [other, its] of chosen) missing.delete(pair(one, value, other, its));
    choices.push(toChoice(factors, chosen));
  }
  return choices;

  function gainOf(name: string, value: number, chosen: ReadonlyMap<string, number>): number {
    return [...chosen].filter(
      ([other, its]) =>
        missing.has(pair(name, value, other, its)) || missing.has(pair(other, its, name, value)),
    ).length;
  }
}

function indexes(factors: Factors, name: string): readonly number[] {
  return (factors[name] ?? []).map((_, index) => index);
}

function pair(a: string, x: number, b: string, y: number): string {
  return `${a}|${x}|${b}|${y}`;
}

function toChoice<F extends Factors>(factors: F, chosen: ReadonlyMap<string, number>): Choice<F> {
  const values = [...chosen].map(([name, index]) => [name, factors[name]?.[index]]);
  return Object.fromEntries(values) as Choice<F>;
}
