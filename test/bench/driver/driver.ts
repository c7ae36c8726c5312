/**
 * The Node-RED node that drives the contenders made of nodes: samples leave by its output, and the same messages come
 * back to its input when they have their outcome. Commands come to its input too.
 */
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { ClosedLoop } from '../closed-loop.ts';
import { sample } from '../endpoint.ts';
import { Receiver } from '../pushes/receiver.ts';
import { serve } from '../serve.ts';

interface DriverDefinition extends NodeDef {
  /** Begins with a first round trip. */
  trips?: boolean;
  /** Samples in an array; without it each is alone. */
  samples?: number;
  /** Where the global context has the tokens of the endpoints that samples are for in turn; else they name none. */
  tokens?: string;
}

interface TicketMessage extends NodeMessageInFlow {
  ticket: number;
}

interface CommandMessage extends NodeMessageInFlow {
  payload: { readonly sequence: number };
}

export default function register(RED: NodeAPI): void {
  function Driver(this: Node, definition: DriverDefinition): void {
    RED.nodes.createNode(this, definition);
    const { trips = false, samples, tokens } = definition;
    const endpoints = tokens === undefined ? [] : (this.context().global.get(tokens) as readonly string[]);
    const payloadOf = (ticket: number): object =>
      samples === undefined ? sample(ticket) : Array.from({ length: samples }, (_, index) => sample(ticket + index));
    const loop = new ClosedLoop((ticket) => {
      const token = endpoints[ticket % endpoints.length];
      this.send({ ticket, payload: payloadOf(ticket), ...(token === undefined ? {} : { token }) });
    });
    const receiver = new Receiver();
    this.on('input', (message, _send, done) => {
      if ('ticket' in message) loop.settled((message as TicketMessage).ticket);
      else receiver.received((message as CommandMessage).payload.sequence);
      done();
    });
    void serve({ loop, receiver }, trips ? loop.firstTrip() : Promise.resolve());
  }

  RED.nodes.registerType('kaa-bench-driver', Driver);
}
