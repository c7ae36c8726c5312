import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openChannel, type Target } from '../../src/client/channel.ts';
import { Fifo } from '../../src/client/fifo.ts';
import { RequestIdScope } from '../../src/client/request-ids.ts';
import { filterGroups } from '../../src/client/topic-filters.ts';
import { type Resource, type ResourceKey, resources } from '../../src/protocol/resources.ts';

const keys = Object.keys(resources) as ResourceKey[];

/** Every resource, the named ones under each of these names. */
const targets: readonly Target[] = keys.flatMap((resource): Target[] => {
  const row: Resource = resources[resource];
  const address = { appVersion: 'v1', token: 'secret', resource };
  const names = row.name === undefined ? [] : ['reboot', 'status', 'error', 'keys', 'json'];
  const named = names.map((name) => ({ ...address, name }));
  return row.name?.required === true ? named : [address, ...named];
});

function open(target: Target) {
  const traffic = { waiting: new Fifo<never>(), outstanding: 0, silent: false, heardAt: 0, queued: false };
  return openChannel(target, resources[target.resource].extension, new RequestIdScope<never>(), traffic);
}

/** Whether some topic matches both filters. */
function overlap(a: string, b: string): boolean {
  const [left, right] = [a.split('/'), b.split('/')];
  return left.length === right.length && left.every((level, index) => matches(level, right[index]));
}

function matches(a: string, b: string | undefined): boolean {
  return a === b || a === '+' || b === '+';
}

describe('topic filters', () => {
  it('of one endpoint do not overlap, whatever is used', () => {
    fc.assert(
      fc.property(fc.subarray([...targets], { minLength: 1 }), fc.boolean(), (used, everyType) => {
        const channels = used.map(open);
        const groups = channels.flatMap((channel) =>
          filterGroups(channel, everyType && channel.target.resource === 'commands'),
        );
        const filters = [...new Set(groups.flat())];
        const overlapping = filters.flatMap((a, index) =>
          filters.slice(index + 1).flatMap((b) => (overlap(a, b) ? [`${a} ${b}`] : [])),
        );
        assert.deepEqual(overlapping, []);
      }),
    );
  });

  it('match all answers and pushes of their channel', () => {
    for (const target of targets) {
      const channel = open(target);
      for (const everyType of target.resource === 'commands' ? [false, true] : [false]) {
        const filters = filterGroups(channel, everyType).flat();
        const incoming = [`${channel.topic}/7/status`, `${channel.topic}/7/error`, `${channel.topic}/error`];
        if (channel.resource.observable) incoming.push(`${channel.topic}/status`);
        for (const topic of incoming)
          assert.ok(
            filters.some((filter) => overlap(filter, topic)),
            topic,
          );
      }
    }
  });

  it('never match what is published', () => {
    for (const target of targets) {
      const channel = open(target);
      const published = [`${channel.topic}/7`, ...(channel.alwaysWithId ? [] : [channel.topic])];
      for (const other of targets) {
        const filters = filterGroups(open(other), false).flat();
        for (const topic of published) assert.ok(!filters.some((filter) => overlap(filter, topic)), topic);
      }
    }
  });

  it('are exact except for the request ID where one command type is used', () => {
    const channel = open({ appVersion: 'v1', token: 'secret', resource: 'commands', name: 'reboot' });
    assert.deepEqual(filterGroups(channel, false).flat(), [
      'kp1/v1/cex/secret/command/reboot/+/status',
      'kp1/v1/cex/secret/command/reboot/+/error',
      'kp1/v1/cex/secret/command/reboot/status',
      'kp1/v1/cex/secret/command/reboot/error',
    ]);
  });

  it('of every command type take the place of those for single types', () => {
    const channel = open({ appVersion: 'v1', token: 'secret', resource: 'commands', name: 'reboot' });
    assert.deepEqual(filterGroups(channel, true).flat(), [
      'kp1/v1/cex/secret/command/+/+/status',
      'kp1/v1/cex/secret/command/+/+/error',
      'kp1/v1/cex/secret/command/+/status',
      'kp1/v1/cex/secret/command/+/error',
    ]);
  });
});
