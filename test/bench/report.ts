/** The results of all benchmarks, as text and as Markdown. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { findingCells, findingHeadings, type Section } from './findings.ts';
import type { BenchmarkName } from './options.ts';
import { formatTable } from './table.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Before the benchmark, averaged over a minute. */
  readonly load: number;
  readonly node: string;
  readonly nodeRed: string;
  readonly mqttJs: string;
}

export interface Results {
  readonly machine: Machine;
  readonly repetitions: number;
  readonly seconds: number;
  /** Of those that were measured. */
  readonly sections: Readonly<Partial<Record<BenchmarkName, Section<unknown>>>>;
}

const explanation = [
  'The answers come from the Kaa simulator in a process of its own. CPU: of the contender; busy: its share of one core.',
  'Ratios are of figures of the same repetition.',
];

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown CPU',
    cores: availableParallelism(),
    load: loadavg()[0] ?? Number.NaN,
    node: process.versions.node,
    nodeRed: versionOf('node-red'),
    mqttJs: versionOf('mqtt'),
  };
}

function versionOf(name: string): string {
  const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

/** The tables with what is needed to understand them. */
export function formatText(results: Results): string {
  const { sections } = results;
  const findings = Object.values(sections).flatMap((section) => section.findings);
  return [
    `Medians of ${repetitionsOf(results)}.`,
    ...explanation,
    ...Object.values(sections).flatMap(({ text }) => ['', text]),
    '',
    formatTable(findingHeadings, findings.map(findingCells), 1),
    '',
    machineLine(results.machine),
  ].join('\n');
}

/** The same for a file. */
export function formatMarkdown(results: Results): string {
  const { sections } = results;
  const findings = Object.values(sections).flatMap((section) => section.findings);
  return [
    '# Benchmark',
    '',
    `${machineLine(results.machine)}. Medians and ranges of ${repetitionsOf(results)}; written by \`npm run bench -- --report\`.`,
    ...explanation,
    'Only ratios say something of other machines.',
    '',
    '## Targets',
    '',
    markdownRow(findingHeadings),
    markdownRow(findingHeadings.map((_heading, column) => (column === 0 ? '---' : '--:'))),
    ...findings.map((finding) => markdownRow(findingCells(finding))),
    ...Object.entries(sections).flatMap(([name, { text }]) => ['', `## ${name}`, '', '```', text, '```']),
    '',
  ].join('\n');
}

function repetitionsOf({ repetitions, seconds }: Results): string {
  return `${repetitions} repetitions, of ${seconds} s where it is not said otherwise`;
}

function machineLine({ cpu, cores, load, node, nodeRed, mqttJs }: Machine): string {
  return `${cpu}, ${cores} cores, load ${load.toFixed(2)} before; Node ${node}, Node-RED ${nodeRed}, MQTT.js ${mqttJs}`;
}

function markdownRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
