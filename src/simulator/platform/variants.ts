/**
 * How a server says that the endpoint has the current configuration already: its `configId` alone, an empty payload,
 * `null`, `{}`, or `{"statusCode":304}`.
 */
export type UnchangedForm = 'id' | 'empty' | 'null' | 'object' | '304';

/** The ways in which Kaa servers are known to differ. */
export interface Variants {
  readonly unchanged: UnchangedForm;
  /** Results of commands are answered on `/status` too, where they carry a request ID. */
  readonly confirmResults: boolean;
  /** Pushes carry the ID of the last request on their path. */
  readonly pushWithRequestId: boolean;
}

export const usualVariants: Variants = { unchanged: 'id', confirmResults: false, pushWithRequestId: false };
