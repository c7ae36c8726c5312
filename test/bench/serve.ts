import type { ClosedLoop } from './closed-loop.ts';
import { weigh } from './garbage.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { Order, Report } from './orders.ts';

function tell(report: Report): void {
  process.send?.(report);
}

/**
 * Makes this process a contender's: it measures what the benchmark orders, and ends when the benchmark ends.
 * @param ready what the contender begins with; a first round trip where nothing else is said
 */
export async function serve(loop: ClosedLoop, ready: Promise<void> = loop.firstTrip()): Promise<void> {
  process.on('disconnect', () => process.exit());
  const memory = new MemoryWatch();
  process.on('message', (order: Order) => void obey(order, loop, memory).then(tell));
  await ready;
  tell({ kind: 'ready', cpu: cpuTime() });
}

async function obey(order: Order, loop: ClosedLoop, memory: MemoryWatch): Promise<Report> {
  switch (order.kind) {
    case 'measure':
      return { kind: 'measured', measurement: await loop.measure(order) };
    case 'send':
      loop.sendOne();
      return { kind: 'sent' };
    case 'weigh':
      return { kind: 'weighed', weight: await weigh() };
    case 'tell':
      return { kind: 'told', state: { settled: loop.settledCount, mostMemory: memory.most, cpu: cpuTime() } };
  }
}

function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
