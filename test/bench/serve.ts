import type { ClosedLoop } from './closed-loop.ts';
import type { MeasureOrder, Report } from './orders.ts';

function tell(report: Report): void {
  process.send?.(report);
}

/** Makes this process a contender's: it measures what the benchmark orders, and ends when the benchmark ends. */
export async function serve(loop: ClosedLoop): Promise<void> {
  process.on('disconnect', () => process.exit());
  process.on('message', (order: MeasureOrder) => {
    void loop.measure(order).then((measurement) => tell({ kind: 'measured', measurement }));
  });
  await loop.firstTrip();
  tell({ kind: 'ready' });
}
