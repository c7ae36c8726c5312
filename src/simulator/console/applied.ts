import { badge, element } from './elements.ts';
import { ago, clock } from './format.ts';

/** What is assigned, as the control API gives it. */
export interface AssignmentView {
  readonly configId: string;
  readonly config: unknown;
  readonly publishedAt?: string;
  /** Of software: what the device says to run, null where it has not said. */
  readonly installed?: string | null;
  readonly applied: {
    readonly configId: string;
    readonly status: 'applied' | 'rejected';
    readonly statusCode: number;
    readonly reasonPhrase?: string;
    readonly at: string;
  } | null;
}

/** Says what is assigned, and what the device made of it. */
export function describeAssignment(
  { configId, publishedAt, applied, installed }: AssignmentView,
  thing: string,
): HTMLElement {
  if (configId === '') return element('p', { class: 'empty' }, `No ${thing} is assigned yet.`);
  const when = publishedAt === undefined ? '' : ` at ${clock(publishedAt)} (${ago(publishedAt)})`;
  const assigned = element('p', {}, 'Assigned: ', element('code', {}, configId), when);
  return element(
    'div',
    { class: 'assignment', 'data-test': 'assignment' },
    assigned,
    element('p', {}, ...(installed === configId ? [badge('good', 'installed')] : report(configId, applied))),
  );
}

function report(configId: string, applied: AssignmentView['applied']): (Node | string)[] {
  if (applied === null) return [badge('busy', 'not reported yet'), ' The device has not said that it applied it.'];
  const { status, statusCode, reasonPhrase, at } = applied;
  const reason = `${statusCode}${reasonPhrase === undefined ? '' : ` ${reasonPhrase}`}`;
  const made = badge(status === 'applied' ? 'good' : 'bad', `${status} ${reason}`);
  if (applied.configId === configId) return [made, ` at ${clock(at)} (${ago(at)})`];
  return [
    badge('busy', 'not reported yet'),
    ' The last report is about ',
    element('code', {}, applied.configId),
    ': ',
    made,
    ` at ${clock(at)}`,
  ];
}
