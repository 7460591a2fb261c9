import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readHolidays } from './expectation.ts';
import type { Flow } from './partner-file.ts';
import type { PartnerFileFault, YamlFile } from './yaml-file.ts';

/** The flows with the dates in place of each holidays file: a function has no folder to look in. */
export async function withHolidays(
  source: YamlFile,
  flows: readonly Flow[],
): Promise<{ readonly flows: Flow[]; readonly faults: readonly PartnerFileFault[] }> {
  const faults: PartnerFileFault[] = [];
  const read = flows.map(async (flow, flowIndex): Promise<Flow> => {
    if (flow.direction === 'push') return flow;
    const expect = flow.expect.map(async (expectation, index) => {
      if (typeof expectation.holidays !== 'string') return expectation;
      const { holidays, fault } = await datesIn(expectation.holidays, source);
      const path = ['flows', flowIndex, 'expect', index, 'holidays'];
      if (fault !== undefined) faults.push(source.faultAt(path, fault));
      return { ...expectation, holidays };
    });
    return { ...flow, expect: await Promise.all(expect) };
  });
  return { flows: await Promise.all(read), faults };
}

async function datesIn(
  name: string,
  { file }: YamlFile,
): Promise<{ readonly holidays: string[]; readonly fault: string | undefined }> {
  const text = await readFile(resolve(dirname(file), name), 'utf8').catch(() => undefined);
  if (text === undefined) {
    return {
      holidays: [],
      fault: `names the file ${name}, which cannot be read; put it beside the partner file`,
    };
  }
  const read = readHolidays(text);
  if ('dates' in read) return { holidays: [...read.dates], fault: undefined };
  const line = JSON.stringify(read.badLine.slice(0, 60));
  return { holidays: [], fault: `names the file ${name}, in which ${line} is no date like 2026-12-25` };
}
