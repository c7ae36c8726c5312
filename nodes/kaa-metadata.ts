import type { Node, NodeAPI, NodeDef } from 'node-red';

export default function register(RED: NodeAPI): void {
  function KaaMetadata(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
  }

  RED.nodes.registerType('kaa-metadata', KaaMetadata);
}
