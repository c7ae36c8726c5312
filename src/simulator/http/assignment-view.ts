import { isApplied, type AppliedReport, type Assignment } from '../platform/assignment.ts';

/** A report, as the control API shows it. */
export interface AppliedView extends AppliedReport {
  readonly status: 'applied' | 'rejected';
}

/** What is assigned, as the control API shows it; undefined members are left out of the JSON. */
export interface AssignmentView {
  /** `''` where nothing is assigned. */
  readonly configId: string;
  readonly config: unknown;
  /** ISO 8601, UTC. */
  readonly publishedAt: string | undefined;
  /** The last report, which need not be about what is assigned now; null before. */
  readonly applied: AppliedView | null;
}

export function describeAssignment(assignment: Assignment | undefined): AssignmentView {
  const { published, report } = assignment ?? {};
  return {
    configId: published?.configId ?? '',
    config: published?.config ?? null,
    publishedAt: published?.publishedAt,
    applied: report === undefined ? null : { ...report, status: isApplied(report) ? 'applied' : 'rejected' },
  };
}
