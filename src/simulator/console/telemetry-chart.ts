import { element } from './elements.ts';
import { value as written } from './format.ts';
import { type NumericField, numericFields, ownTime, type Sample } from './numeric-fields.ts';
import type { Scope } from './scope.ts';
import { themeChanged } from './theme.ts';
import uPlot from './uPlot.js';

export type TimeBase = 'sample' | 'arrival';

interface Line {
  readonly name: string;
  unit: string | undefined;
  visible: boolean;
  /** Whether somebody has switched it on or off. */
  isChosen: boolean;
  readonly color: string;
  readonly toggle: HTMLButtonElement;
  readonly reading: HTMLElement;
}

/** A field whose largest value is beyond this multiple of another's gets the scale on the right. */
const togetherUpTo = 20;

const height = 300;

/** Colours of the stylesheet. */
const colors = 8;

/** Lines that can be chosen. */
const mostLines = 40;

/** Lines that are drawn at first; the others, and what only counts up, wait for a click. */
const drawnAtFirst = 6;

/** Draws the numbers of samples over time. */
export class TelemetryChart {
  readonly element: HTMLElement;
  readonly #legend = element('div', { class: 'legend', role: 'group', 'aria-label': 'Lines' });
  readonly #canvas = element('div', { class: 'chart', role: 'img' });
  readonly #none = element('p', { class: 'empty' }, 'No numbers yet. Every number in a sample becomes a line here.');
  readonly #hint = element('p', { class: 'hint' });
  readonly #more = element('span', { class: 'hint' });
  readonly #reset = element('button', { type: 'button', class: 'quiet small', hidden: true }, 'reset zoom');
  readonly #scope: Scope;
  readonly #lines = new Map<string, Line>();
  #samples: readonly { readonly at: number; readonly fields: Map<string, NumericField> }[] = [];
  #chart: uPlot | undefined;
  #shape = '';
  /** Whether somebody looks at a part: new samples do not move it then. */
  #isZoomed = false;

  constructor(scope: Scope) {
    this.#scope = scope;
    scope.on(themeChanged, () => this.redraw());
    this.element = element(
      'div',
      {},
      this.#none,
      this.#canvas,
      element('div', { class: 'bar' }, this.#legend, this.#more, this.#reset),
      this.#hint,
    );
    this.#reset.addEventListener('click', () => this.#zoomOut());
    const observer = new ResizeObserver(() => this.#chart?.setSize({ width: this.#width, height }));
    observer.observe(this.#canvas);
    const theme = window.matchMedia('(prefers-color-scheme: dark)');
    const redraw = (): void => this.redraw();
    theme.addEventListener('change', redraw);
    scope.atEnd(() => {
      theme.removeEventListener('change', redraw);
      observer.disconnect();
      this.#chart?.destroy();
    });
  }

  /** Draws samples, in any order. */
  draw(samples: readonly Sample[], base: TimeBase): void {
    if (this.#scope.closed) return;
    this.#samples = samples
      .map((sample) => ({ at: timeOf(sample, base) / 1000, fields: numericFields(sample) }))
      .filter(({ fields }) => fields.size > 0)
      .toSorted((one, other) => one.at - other.at);
    this.#findLines();
    this.#none.hidden = this.#lines.size > 0;
    this.#update();
    this.#read(undefined);
  }

  /** The theme has changed. */
  redraw(): void {
    this.#shape = '';
    this.#update();
  }

  get #width(): number {
    return Math.max(200, this.#canvas.clientWidth);
  }

  /** A line for each field that some sample has, up to a bound. */
  #findLines(): void {
    const units = new Map<string, string | undefined>();
    for (const { fields } of this.#samples) for (const [name, { unit }] of fields) units.set(name, unit);
    for (const [name, { toggle }] of this.#lines) {
      if (units.has(name)) continue;
      toggle.remove();
      this.#lines.delete(name);
    }
    for (const [name, unit] of [...units].slice(0, mostLines)) this.#lineOf(name).unit = unit;
    const left = units.size - this.#lines.size;
    this.#more.textContent = left > 0 ? `${left} more fields are not shown` : '';
    const lines = [...this.#lines.values()];
    // Where nothing else would be seen a counter is drawn too.
    if (lines.every(({ visible, isChosen }) => !visible && !isChosen))
      for (const line of lines) this.#setVisible(line, true);
  }

  #unseen(): string {
    return this.#lines.size === 0 ? '' : 'Choose a line.';
  }

  #setVisible(line: Line, visible: boolean): void {
    line.visible = visible;
    line.toggle.setAttribute('aria-pressed', String(visible));
  }

  #lineOf(name: string): Line {
    const known = this.#lines.get(name);
    if (known !== undefined) return known;
    const index = this.#lines.size;
    const visible = index < drawnAtFirst && !this.#countsUp(name);
    const color = `--line-${index % colors}`;
    const reading = element('span', { class: 'reading' });
    const toggle = element('button', { type: 'button', class: 'line', 'aria-pressed': String(visible) });
    toggle.append(element('span', { class: `swatch line-${index % colors}` }), name, reading);
    const line: Line = { name, unit: undefined, visible, isChosen: false, color, toggle, reading };
    toggle.addEventListener('click', () => {
      line.isChosen = true;
      this.#setVisible(line, !line.visible);
      this.#update();
    });
    this.#lines.set(name, line);
    this.#legend.append(toggle);
    return line;
  }

  /** A counter's line says nothing, and makes those of the others flat. */
  #countsUp(name: string): boolean {
    const numbers = this.#samples.flatMap(({ fields }) => fields.get(name)?.value ?? []);
    return numbers.length > 2 && numbers.every((number, index) => number === Number(numbers[0]) + index);
  }

  #update(): void {
    const lines = [...this.#lines.values()].filter(({ visible }) => visible);
    this.#canvas.hidden = lines.length === 0;
    this.#hint.textContent =
      lines.length === 0 ? this.#unseen() : 'Drag over the chart to zoom in, double-click to zoom out.';
    const times = this.#samples.map(({ at }) => at);
    const columns = lines.map(({ name }) => this.#samples.map(({ fields }) => fields.get(name)?.value ?? null));
    const large = this.#largeOnes(columns);
    const shape = JSON.stringify(lines.map(({ name, unit }, index) => [name, unit, large[index]]));
    const { min, max } = this.#chart?.scales['x'] ?? {};
    const isNew = shape !== this.#shape;
    if (isNew) {
      this.#shape = shape;
      this.#chart?.destroy();
      this.#chart = new uPlot(this.#options(lines, large), [[], ...columns.map(() => [])], this.#canvas);
      this.#canvas.setAttribute('aria-label', `Chart of ${lines.map(({ name }) => name).join(', ')}`);
    }
    this.#chart?.setData([times, ...columns], isNew || !this.#isZoomed);
    if (!this.#isZoomed) return;
    // Another chart of the same time.
    if (isNew && min !== undefined && max !== undefined) this.#chart?.setScale('x', { min, max });
    this.#chart?.redraw();
  }

  /** Which columns are too large to share a scale with the others. */
  #largeOnes(columns: readonly (readonly (number | null)[])[]): readonly boolean[] {
    const sizes = columns.map((column) => Math.max(...column.map((number) => Math.abs(number ?? 0)), 0));
    const smallest = Math.min(...sizes.filter((size) => size > 0));
    const largest = Math.max(...sizes);
    if (largest <= smallest * togetherUpTo) return sizes.map(() => false);
    const boundary = Math.sqrt(smallest * largest);
    return sizes.map((size) => size > boundary);
  }

  #options(lines: readonly Line[], large: readonly boolean[]): uPlot.Options {
    const [text, grid] = [this.#colorOf('--text-soft'), this.#colorOf('--line')];
    const axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
    const right: uPlot.Axis[] = large.includes(true)
      ? [{ ...axis, scale: 'large', side: 1, grid: { show: false }, size: 64 }]
      : [];
    const left: uPlot.Axis[] = large.includes(false) ? [{ ...axis, scale: 'y', size: 56 }] : [];
    return {
      width: this.#width,
      height,
      legend: { show: false },
      scales: {
        x: { time: true, range: (_, min, max) => (min === max ? [min - 5, max + 5] : [min, max]) },
        y: {},
        large: {},
      },
      axes: [axis, ...left, ...right],
      series: [
        {},
        ...lines.map(({ name, color }, index) => ({
          label: name,
          scale: large[index] === true ? 'large' : 'y',
          stroke: this.#colorOf(color),
          width: 1.5,
          spanGaps: true,
        })),
      ],
      cursor: { drag: { x: true, y: false } },
      hooks: {
        setSelect: [
          ({ select }) => {
            if (select.width > 0) this.#zoom(true);
          },
        ],
        setCursor: [({ cursor }) => this.#read(cursor.idx ?? undefined)],
        ready: [(chart) => chart.over.addEventListener('dblclick', () => this.#zoomOut())],
      },
    };
  }

  #zoom(isZoomed: boolean): void {
    this.#isZoomed = isZoomed;
    this.#reset.hidden = !isZoomed;
  }

  #zoomOut(): void {
    this.#zoom(false);
    this.#update();
  }

  /** Writes beside each line its value at an index, or the last one. */
  #read(index: number | undefined): void {
    for (const { name, unit = '', reading } of this.#lines.values()) {
      const at = index === undefined ? this.#samples.findLast(({ fields }) => fields.has(name)) : this.#samples[index];
      const number = at?.fields.get(name)?.value;
      reading.textContent = number === undefined ? '' : `${written(number)}${unit === '' ? '' : ` ${unit}`}`;
    }
  }

  /** A canvas needs what a variable of the stylesheet stands for at the moment. */
  #colorOf(variable: string): string {
    const probe = element('span', { hidden: true });
    probe.style.color = `var(${variable})`;
    this.element.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  }
}

function timeOf(sample: Sample, base: TimeBase): number {
  const arrival = Date.parse(sample.receivedAt);
  return base === 'arrival' ? arrival : (ownTime(sample) ?? arrival);
}
