import type { ClosedLoop } from './closed-loop.ts';
import { weigh } from './garbage.ts';
import type { ContenderState, Order, Report } from './orders.ts';
import type { Receiver } from './pushes/receiver.ts';

/** What a contender can do. */
export interface Roles {
  readonly loop?: ClosedLoop;
  readonly receiver?: Receiver;
}

function tell(report: Report): void {
  process.send?.(report);
}

/**
 * Makes this process a contender's: it measures what the benchmark orders, and ends when the benchmark ends.
 * @param ready what the contender begins with
 */
export async function serve(roles: Roles, ready: Promise<void>): Promise<void> {
  process.on('disconnect', () => process.exit());
  process.on('message', (order: Order) => void obey(order, roles).then(tell));
  await ready;
  tell({ kind: 'ready', cpu: cpuTime() });
}

async function obey(order: Order, { loop, receiver }: Roles): Promise<Report> {
  switch (order.kind) {
    case 'measure':
      return { kind: 'measured', measurement: await required(loop).measure(order) };
    case 'send':
      required(loop).send(order.count);
      return { kind: 'sent' };
    case 'receive':
      return { kind: 'received', reception: await required(receiver).receive(order.count) };
    case 'weigh':
      return { kind: 'weighed', weight: await weigh() };
    case 'tell':
      return { kind: 'told', state: { ...stateOf(loop), mostMemory: mostMemory(), cpu: cpuTime() } };
  }
}

function stateOf(loop: ClosedLoop | undefined): Pick<ContenderState, 'settled' | 'outstanding'> {
  return { settled: loop?.settledCount ?? 0, outstanding: loop?.outstanding ?? 0 };
}

function required<Role>(role: Role | undefined): Role {
  if (role === undefined) throw new Error('this contender cannot do that');
  return role;
}

/** Bytes. The kernel keeps count, so that nothing has to look again and again while something else is measured. */
function mostMemory(): number {
  return process.resourceUsage().maxRSS * 1024;
}

function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
