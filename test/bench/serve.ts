import type { ClosedLoop } from './closed-loop.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { Order, Report } from './orders.ts';

function tell(report: Report): void {
  process.send?.(report);
}

/** Makes this process a contender's: it measures what the benchmark orders, and ends when the benchmark ends. */
export async function serve(loop: ClosedLoop): Promise<void> {
  process.on('disconnect', () => process.exit());
  const memory = new MemoryWatch();
  process.on('message', (order: Order) => {
    if (order.kind === 'measure') {
      void loop.measure(order).then((measurement) => tell({ kind: 'measured', measurement }));
    } else {
      tell({ kind: 'told', state: { settled: loop.settledCount, mostMemory: memory.most } });
    }
  });
  await loop.firstTrip();
  tell({ kind: 'ready' });
}
