/** What the project aims at, and how near it comes. */
import { median } from './statistics.ts';

export interface Target {
  /** What is measured, for people. */
  readonly name: string;
  readonly bound: 'at least' | 'at most';
  readonly value: number;
  /** `ratio`: of two figures of the same run, the only kind that says something on another machine too. */
  readonly unit: 'ratio' | 'MB' | 'ms' | 's' | '1/s' | '% of a core';
}

export interface Finding extends Target {
  /** In every repetition. */
  readonly measured: readonly number[];
}

/** What one benchmark has to say. */
export interface Section<Data> {
  readonly data: Data;
  readonly findings: readonly Finding[];
  /** The figures behind them, for people. */
  readonly text: string;
}

/** Part of a target that has to be reached on a machine that has other work, too. */
const tolerance = 0.8;

/** Whether the median reaches the target. */
export function isMet({ bound, value, measured }: Finding): boolean {
  return bound === 'at least' ? median(measured) >= value : median(measured) <= value;
}

/** Whether the best repetition comes near the target. */
export function isNear({ bound, value, measured }: Finding): boolean {
  return bound === 'at least' ? Math.max(...measured) >= value * tolerance : Math.min(...measured) <= value / tolerance;
}

export const findingHeadings = ['what', 'median', 'from', 'to', 'target', 'met'];

/** The cells of a row. */
export function findingCells(finding: Finding): string[] {
  const { name, bound, value, unit, measured } = finding;
  const figures = [median(measured), Math.min(...measured), Math.max(...measured)];
  return [
    unit === 'ratio' ? name : `${name}, ${unit}`,
    ...figures.map((figure) => shown(figure)),
    `${bound === 'at least' ? '≥' : '≤'} ${value}`,
    isMet(finding) ? 'yes' : 'no',
  ];
}

function shown(figure: number): string {
  return figure.toFixed(Math.abs(figure) >= 100 ? 0 : Math.abs(figure) >= 10 ? 1 : 2);
}
