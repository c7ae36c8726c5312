import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { EndpointAddress } from '../src/client/channel.ts';
import { StoredTelemetry } from '../src/extensions/stored-telemetry.ts';
import {
  Telemetry,
  type TelemetryListener,
  type TelemetryOptions,
  type TelemetryOutcome,
} from '../src/extensions/telemetry.ts';
import type { Stamping } from '../src/extensions/timestamp.ts';
import { choices } from '../src/protocol/choices.ts';
import type { Endpoint } from '../src/runtime/endpoint.ts';
import {
  type Behaviour,
  type FlowNodeContext,
  type MessageEnd,
  promised,
  startFlowNode,
} from '../src/runtime/flow-node.ts';
import { addressOf, type FlowMessage, queueOf, withOutcome } from '../src/runtime/messages.ts';
import type { Properties } from '../src/runtime/properties.ts';
import { readTelemetry } from '../src/runtime/telemetry.ts';
import { type TypedValue, typedValue } from '../src/runtime/typed-value.ts';

/** A message while its samples are under way. */
class Sending implements TelemetryListener {
  readonly #message: FlowMessage;
  readonly #address: EndpointAddress;
  readonly #endpoint: Endpoint;
  readonly #end: MessageEnd;

  constructor(message: FlowMessage, address: EndpointAddress, endpoint: Endpoint, end: MessageEnd) {
    this.#message = message;
    this.#address = address;
    this.#endpoint = endpoint;
    this.#end = end;
  }

  succeeded(outcome: TelemetryOutcome): void {
    let message: FlowMessage;
    try {
      message = withOutcome(this.#message, this.#address, this.#endpoint, { extension: 'dcx', ...outcome });
    } catch (error) {
      this.#end.failed(error);
      return;
    }
    this.#end.succeeded(message);
  }

  failed(error: unknown): void {
    this.#end.failed(error);
  }
}

/** @param metricOf gives the metric of a plain sample; JSON has none */
function sending(context: FlowNodeContext, options: TelemetryOptions, metricOf: TypedValue | undefined): Behaviour {
  const { client, endpoint, sender } = context;
  const telemetry = new Telemetry(client, options, sender);
  return {
    input(message, end) {
      const address = addressOf(message, endpoint);
      const send = (name?: unknown): void => {
        telemetry.send(address, message.payload, name, new Sending(message, address, endpoint, end));
      };
      if (metricOf === undefined) send();
      else
        metricOf(message)
          .then(send)
          .catch((error: unknown) => end.failed(error));
    },
    close: () => telemetry.close(),
  };
}

function storing(context: FlowNodeContext, nodeId: string, stamping: Stamping): Behaviour {
  const { client, endpoint, store, forwarder } = context;
  const { maxPayload } = client.options;
  const telemetry = new StoredTelemetry(store.outbox, nodeId, { ...stamping, maxPayload });
  return {
    stores: true,
    input: promised(async (message) => {
      const address = addressOf(message, endpoint);
      const queue = queueOf(address, endpoint);
      const outcome = await telemetry.store(queue, message.payload);
      forwarder.added(queue);
      return withOutcome(message, address, endpoint, { extension: 'dcx', ...outcome });
    }),
    close: () => telemetry.close(),
  };
}

export default function register(RED: NodeAPI): void {
  function KaaTelemetry(this: Node, definition: NodeDef & Properties): void {
    RED.nodes.createNode(this, definition);
    startFlowNode(RED, this, definition, (properties) => {
      const { options, metric } = readTelemetry(properties);
      const { delivery, format } = options;
      const { metricType } = choices['kaa-telemetry'];
      const metricOf = format === 'plain' ? typedValue(RED, this, 'metric', metric, metricType) : undefined;
      return (context) =>
        delivery === 'stored'
          ? storing(context, this.id, options)
          : sending(context, { ...options, delivery }, metricOf);
    });
  }

  RED.nodes.registerType('kaa-telemetry', KaaTelemetry);
}
