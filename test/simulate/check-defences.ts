import { buildSimulator, type Simulator } from './build-simulator.ts';
import { type Defence, defences } from './defences.ts';

/** How many histories are searched where a defence has no seed that still shows its hole. */
const maxSearched = 20_000;

/**
 * Takes out each defence, in a bundle of its own, and runs its seeds, and where none of them shows the hole
 * any more, others: one history must violate the invariant then, and must not with the defence. @returns
 * whether each hole was found.
 */
export async function checkDefences(print: (line: string) => void): Promise<boolean> {
  const whole = await buildSimulator();
  let areAllFound = true;
  for (const defence of defences) {
    const found = await findHole(defence, whole);
    areAllFound &&= found !== undefined;
    print(
      found === undefined
        ? `NOT FOUND  ${defence.hole}`
        : `found      ${defence.hole}\n           --scenario ${defence.scenario} --seed ${found.seed}: ${defence.invariant}: ${found.message}`,
    );
  }
  return areAllFound;
}

async function findHole(
  { replacements, seeds, scenario, invariant }: Defence,
  whole: Simulator,
): Promise<{ readonly seed: number; readonly message: string } | undefined> {
  const without = await buildSimulator(replacements);
  const searched = Array.from({ length: maxSearched }, (_, index) => index + 1);
  for (const seed of [...seeds, ...searched]) {
    const { violation } = await without.runSeed(seed, { scenario });
    if (violation?.invariant !== invariant) continue;
    const { violation: remaining } = await whole.runSeed(seed, { scenario });
    if (remaining === undefined) return { seed, message: violation.message };
  }
  return undefined;
}
