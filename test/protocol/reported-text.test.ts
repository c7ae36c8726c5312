import assert from 'node:assert/strict';
import { type ReportedText, reportedText, sayReported } from '../../src/protocol/reported-text.ts';
import { wording } from '../../src/protocol/wording.ts';

const catalogue: Readonly<Record<string, string>> = {
  greeting: 'Hello __name__ of __place__',
  'error.name.empty': 'must not be empty',
  'error.reason.metric': 'the metric __problem__',
};

function say(text: ReportedText): string {
  return sayReported(text, (key, values) =>
    (catalogue[key] ?? key).replaceAll(/__(\w+?)__/g, (_place, name: string) => values[name] ?? ''),
  );
}

describe('reported text', () => {
  it('that is plain is said as it is', () => {
    assert.equal(say('as it is __name__'), 'as it is __name__');
    assert.equal(say(5), '5');
  });

  it('of the catalogue is said with its values', () => {
    assert.equal(say({ key: 'greeting', values: { name: 'A', place: 'B' } }), 'Hello A of B');
  });

  it('a value is no template', () => {
    assert.equal(
      say({ key: 'greeting', values: { name: '__place__', place: '$t(greeting)' } }),
      'Hello __place__ of $t(greeting)',
    );
  });

  it('of an error has its words inside each other', () => {
    const words = wording('reason.metric', { problem: wording('name.empty') });
    assert.equal(say(reportedText(words)), 'the metric must not be empty');
  });
});
