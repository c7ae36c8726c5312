/** What a table of requests to one resource consists of. */

/** Payloads by what they are. */
export type Payloads = Readonly<Record<string, string | Buffer>>;

/** What has to follow a valid request: an answer on `/status`, nothing, or an error because the ID is missing. */
export type Reply = 'status' | 'nothing' | 'error';

export interface RequestCases {
  /** `{extension}/{path…}`, with an example in the place of a name. */
  readonly path: string;
  readonly withId: Reply;
  /** Absent where the documents do not say whether a success is answered; never an error then. */
  readonly withoutId?: Reply;
  /** Checks the body of a success, which is undefined if empty, of an endpoint that nothing is known about. */
  readonly success: (body: unknown) => void;
  readonly valid: Payloads;
  readonly invalid: Payloads;
}

/** What is valid nowhere that takes JSON. */
export const notJson: Payloads = {
  'a bare word': 'text',
  'JSON that ends early': '{"a":1',
  'two JSON values': '{} {}',
  'a comma too many': '{"observe":true,}',
  'single quotes': "{'observe':true}",
  'a JSON value followed by text': '[]x',
  'bytes that are not UTF-8': Buffer.from([0x22, 0xff, 0xfe, 0x22]),
};
