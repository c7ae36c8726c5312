import { badge, element, row, select, labelled, table } from './elements.ts';
import { brief, clock, count, counted, span } from './format.ts';
import { fixed, KeyedList } from './keyed-list.ts';
import { delayOf, type Sample } from './numeric-fields.ts';
import { type EndpointContext, Loader } from './panel.ts';
import { endpointPath, send } from './request.ts';
import { TelemetryChart, type TimeBase } from './telemetry-chart.ts';

/** Samples that the page keeps. */
const kept = 1000;

/** Samples that stand in the table. */
const shown = 50;

/** Milliseconds after which a sample is called late. */
const late = 5000;

/** Milliseconds over which the pace is measured. */
const paceOver = 10_000;

const headings = ['No.', 'Received', 'Request', 'Sample'] as const;

/** The samples of an endpoint: a chart, and the last ones as they came. */
export function telemetryPanel({ live, scope, token }: EndpointContext): HTMLElement {
  let samples: Sample[] = [];
  /** Those that are shown: fewer while it is paused. */
  let drawn: readonly Sample[] = [];
  let paused = false;
  const chart = new TelemetryChart(scope);
  const base = select([
    ['sample', 'time of the sample'],
    ['arrival', 'time of arrival'],
  ]);
  const facts = element('p', { class: 'facts', 'data-test': 'facts' });
  const body = element('tbody');
  const rows = new KeyedList<Sample>(
    body,
    ({ seq }) => seq,
    (sample) => fixed(sampleRow(sample)),
  );
  const pause = element('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false' }, 'Pause');

  const draw = (): void => {
    if (!paused) drawn = samples;
    chart.draw(drawn, base.value as TimeBase);
    rows.show(drawn.slice(-shown).toReversed());
  };
  const say = (): void => {
    const since = Date.now() - paceOver;
    const recent = samples.filter(({ receivedAt }) => Date.parse(receivedAt) > since);
    const lateOnes = recent.filter((sample) => delayOf(sample) > late).length;
    const total = samples.at(-1)?.seq ?? 0;
    // Where more came than are kept, those span less time.
    const covered =
      samples.length < kept ? paceOver : Math.min(paceOver, Date.now() - Date.parse(samples[0]?.receivedAt ?? ''));
    const pace = recent.length / (Math.max(covered, 1) / 1000);
    const lateText = lateOnes === 0 ? '' : ` · ${count(lateOnes)} came in late within the last ${paceOver / 1000} s`;
    facts.textContent = `${counted(total, 'sample')} · ${pace < 10 ? pace.toFixed(1) : Math.round(pace)} a second now${lateText}`;
  };
  const loader = new Loader(scope, async () => {
    const after = samples.at(-1)?.seq;
    const query = after === undefined ? `limit=${kept}` : `limit=${kept}&after=${after}`;
    const next = (await send({ method: 'GET', path: `${endpointPath(token, 'telemetry')}?${query}` })) as Sample[];
    if (next.length > 0) {
      samples = [...samples, ...next].slice(-kept);
      draw();
    }
    say();
  });
  const forget = (): void => {
    samples = [];
    drawn = [];
    rows.show([]);
    draw();
    void loader.run();
  };
  const soon = scope.together(250, () => void loader.run());
  scope.on(live.logged, (event) => {
    if (event.kind === 'message' && event.token === token && event.extension === 'dcx' && event.direction === 'in')
      soon();
  });
  // Messages that were delayed, or too many to be told of each.
  scope.every(2000, () => void loader.run());
  scope.on(live.renewed, forget);
  scope.on(live.changed, ({ what }) => {
    if (what === 'state') forget();
  });
  base.addEventListener('change', draw);
  pause.addEventListener('click', () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    pause.textContent = paused ? 'Resume' : 'Pause';
    draw();
  });
  void loader.run();

  return element(
    'div',
    {},
    element('div', { class: 'bar' }, facts, labelled('Time axis', base), pause),
    chart.element,
    loader.element,
    element('h3', {}, `Last samples`),
    table('Last samples', headings, body),
  );
}

function sampleRow(sample: Sample): HTMLTableRowElement {
  const delay = delayOf(sample);
  const lateness = delay > late ? badge('warn', `${span(delay)} late`) : '';
  const received = element('span', {}, clock(sample.receivedAt), ' ', lateness);
  const json = sample.metric === undefined ? brief(sample.sample) : `${sample.metric} = ${brief(sample.sample)}`;
  return row(headings, [
    String(sample.seq),
    received,
    sample.requestId === undefined ? '–' : String(sample.requestId),
    element('code', {}, json),
  ]);
}
