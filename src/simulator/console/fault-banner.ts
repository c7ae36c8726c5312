import { action } from './action.ts';
import { element } from './elements.ts';
import { describeFault, endFaults, type Faults, presets } from './faults.ts';
import type { PanelContext } from './panel.ts';

/** Says on every view that the platform misbehaves, with the way out of it. */
export function faultBanner(context: PanelContext, faults: Faults): HTMLElement {
  const text = element('span');
  const end = action(context, { label: 'All well again', request: () => endFaults });
  const banner = element('div', { class: 'banner', role: 'alert', hidden: true }, text, end);
  context.scope.on(faults.changed, () => {
    const { list } = faults;
    banner.hidden = list.length === 0;
    const [first] = list;
    if (first === undefined) return;
    // A count that goes down would be read out again and again.
    const { count: _, ...withoutCount } = first;
    const preset = presets.find((each) => JSON.stringify(each.faults) === JSON.stringify(list));
    const others = list.length === 1 ? '' : `, and ${list.length - 1} more`;
    text.textContent = preset?.banner ?? `A fault is in force: ${describeFault(withoutCount)}${others}.`;
  });
  return banner;
}
