/** Five things to try with the demo plant, which has these endpoints. */
import type { CommandRow } from './commands-panel.ts';
import { cutConnection, endFaults, type Faults, putFaults } from './faults.ts';
import { count, counted, span } from './format.ts';
import { delayOf, ownTime, type Sample } from './numeric-fields.ts';
import { type ApiRequest, endpointPath, send } from './request.ts';
import { hashOf } from './route.ts';
import type { AssignmentView } from './applied.ts';

/** What has come of a step. */
export interface Progress {
  readonly text: string;
  readonly done: boolean;
}

export interface TourStep {
  readonly title: string;
  readonly text: string;
  /** Without this endpoint the step makes no sense. */
  readonly token: string;
  readonly actions: readonly { readonly label: string; readonly request: ApiRequest }[];
  /** Where it can be seen. */
  readonly link: { readonly label: string; readonly hash: string };
  /** Asked every second. */
  readonly progress: (sofar: StepState, faults: Faults) => Promise<Progress>;
}

/** What was done in a step; lives as long as the page, whatever that shows meanwhile. */
export class StepState {
  /** Whether any of its buttons was pressed. */
  isStarted = false;
  isComplete = false;
}

const machine = 'demo-machine';
const tank = 'demo-tank-1';

const waiting: Progress = { text: '', done: false };

/** Milliseconds after which a sample counts as stored and forwarded. */
const late = 2000;

export const tour: readonly TourStep[] = [
  {
    title: 'See values arrive',
    text: 'A gateway sends what it measures on this machine, and the levels of two tanks.',
    token: tank,
    actions: [],
    link: { label: 'Watch the tank', hash: hashOf({ view: 'telemetry', token: tank }) },
    progress: async () => {
      const { count: samples } = (await read(endpointPath(tank, 'telemetry', 'count'))) as { count: number };
      return { text: `${counted(samples, 'sample')} of ${tank} so far`, done: samples > 0 };
    },
  },
  {
    title: 'Open a valve',
    text: 'A command goes to the tank; the flow moves the valve and reports the result. The level falls.',
    token: tank,
    actions: [
      {
        label: 'Open the valve',
        request: { method: 'POST', path: `${endpointPath(tank, 'commands', 'valve')}?ttl=60`, body: { open: true } },
      },
      {
        label: 'Close it',
        request: { method: 'POST', path: `${endpointPath(tank, 'commands', 'valve')}?ttl=60`, body: { open: false } },
      },
    ],
    link: { label: 'See the commands', hash: hashOf({ view: 'commands', token: tank }) },
    progress: async ({ isStarted }) => {
      if (!isStarted) return waiting;
      const command = ((await read(endpointPath(tank, 'commands'))) as CommandRow[]).at(-1);
      if (command === undefined) return waiting;
      const { status, statusCode, createdAt, completedAt = createdAt, result } = command;
      if (status !== 'completed') return { text: status, done: false };
      const took = span(Date.parse(completedAt) - Date.parse(createdAt));
      return {
        text: `completed with ${statusCode ?? ''} after ${took}: ${JSON.stringify(result)}`,
        done: statusCode === 200,
      };
    },
  },
  {
    title: 'Change a configuration',
    text: 'The gateway samples twice a second from then on, and reports the configuration as applied.',
    token: machine,
    actions: [
      {
        label: 'Sample every 0.5 s',
        request: { method: 'PUT', path: endpointPath(machine, 'config'), body: { intervalSeconds: 0.5 } },
      },
      {
        label: 'Every 2 s',
        request: { method: 'PUT', path: endpointPath(machine, 'config'), body: { intervalSeconds: 2 } },
      },
    ],
    link: { label: 'See the configuration', hash: hashOf({ view: 'configuration', token: machine }) },
    progress: async (sofar) => ofAssignment('config', sofar),
  },
  {
    title: 'Cut the connection',
    text: 'Samples go to disk while it is cut. Restore it after a while, and watch the backlog drain: nothing is missing. Below the nodes in the editor stands how much waits.',
    token: tank,
    actions: [
      { label: cutConnection.label, request: putFaults(cutConnection.faults) },
      { label: 'Restore it', request: endFaults },
    ],
    link: { label: 'Watch the tank', hash: hashOf({ view: 'telemetry', token: tank }) },
    progress: async (_, { cutAt, restoredAt }) => {
      if (cutAt === undefined) return waiting;
      if (restoredAt !== undefined) return ofBacklog(cutAt, restoredAt);
      return { text: `cut for ${span(Date.now() - cutAt)}; restore it when you like`, done: false };
    },
  },
  {
    title: 'Offer software',
    text: 'Version 1.1.0 has a link, is "installed" and reported. Version 2.0.0 has none and is rejected.',
    token: machine,
    actions: [
      {
        label: 'Offer 1.1.0',
        request: {
          method: 'PUT',
          path: endpointPath(machine, 'software'),
          body: { version: '1.1.0', config: { link: 'https://example.com/firmware-1.1.0.bin' } },
        },
      },
      {
        label: 'Offer 2.0.0',
        request: { method: 'PUT', path: endpointPath(machine, 'software'), body: { version: '2.0.0', config: {} } },
      },
    ],
    link: { label: 'See the software', hash: hashOf({ view: 'software', token: machine }) },
    progress: async (sofar) => ofAssignment('software', sofar),
  },
];

async function read(path: string): Promise<unknown> {
  return send({ method: 'GET', path });
}

async function ofAssignment(resource: 'config' | 'software', { isStarted }: StepState): Promise<Progress> {
  if (!isStarted) return waiting;
  const {
    configId,
    applied,
    installed,
    publishedAt = '',
  } = (await read(endpointPath(machine, resource))) as AssignmentView;
  if (applied === null || applied.configId !== configId) {
    if (installed === configId) return { text: 'is installed already', done: true };
    return { text: 'waiting for the device to report', done: false };
  }
  const took = span(Math.max(0, Date.parse(applied.at) - Date.parse(publishedAt)));
  const reason = applied.reasonPhrase === undefined ? '' : `: ${applied.reasonPhrase}`;
  return { text: `${applied.status} after ${took}${applied.status === 'rejected' ? reason : ''}`, done: true };
}

/** The samples of the tank count themselves in `n`: a gap would be seen. */
async function ofBacklog(cut: number, restored: number): Promise<Progress> {
  const samples = (await read(`${endpointPath(tank, 'telemetry')}?limit=1000`)) as Sample[];
  const since = samples.filter(({ receivedAt }) => Date.parse(receivedAt) > cut);
  const afterwards = since.filter(({ receivedAt }) => Date.parse(receivedAt) > restored);
  const stored = afterwards.filter((sample) => delayOf(sample) > late);
  if (stored.length === 0) {
    const text = 'restored; the gateway tries again within some seconds';
    // One that was taken well after the restoring has overtaken whatever waited.
    const isOver = afterwards.some((sample) => (ownTime(sample) ?? 0) > restored + 2 * late);
    return { text: isOver ? 'restored before anything had to wait; cut it for some seconds' : text, done: false };
  }
  const missing = countMissing(since);
  return {
    text: `${counted(stored.length, 'sample')} came in late, ${missing === 0 ? 'none' : count(missing)} missing`,
    done: missing === 0,
  };
}

/** A flow that starts anew counts from 1 again. */
function countMissing(samples: readonly Sample[]): number {
  const numbers = samples
    .toSorted((one, other) => (ownTime(one) ?? 0) - (ownTime(other) ?? 0))
    .map(({ sample }) => numberOf(sample));
  return numbers.reduce(
    (missing, number, index) => missing + Math.max(0, number - (numbers[index - 1] ?? number) - 1),
    0,
  );
}

function numberOf(sample: unknown): number {
  return typeof sample === 'object' && sample !== null && 'n' in sample ? Number(sample.n) : 0;
}
