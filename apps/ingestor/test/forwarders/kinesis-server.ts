import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordCommand,
  type Shard,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import kinesalite from 'kinesalite';
import { type KinesisClientOptions, kinesisClient } from '../../src/forwarders/kinesis/kinesis-client.ts';
import { until } from '../until.ts';

/** What a request is answered in place of the server's own answer. */
export interface Fault {
  readonly status: number;
  /** The name of the error. */
  readonly type: string;
}

/** A Kinesis of one stream, in memory, whose answers a test may change. */
export class KinesisServer implements AsyncDisposable {
  readonly stream = 'notices';
  /** The operations that were asked for, as `GetRecords`. */
  readonly asked: string[] = [];
  /** Which fault an operation meets now, if any. */
  fault: (operation: string) => Fault | undefined = () => undefined;
  readonly #kinesis: Server;
  readonly #server: Server;
  #client!: KinesisClient;

  private constructor() {
    this.#kinesis = kinesalite({ createStreamMs: 1, updateStreamMs: 1, shardLimit: 100 });
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(shards: number): Promise<KinesisServer> {
    const server = new KinesisServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    server.#client = server.client();
    await server.#client.send(new CreateStreamCommand({ StreamName: server.stream, ShardCount: shards }));
    await server.#active();
    return server;
  }

  client(over: KinesisClientOptions = {}): KinesisClient {
    const { port } = this.#server.address() as AddressInfo;
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
    return kinesisClient({ endpoint: `http://127.0.0.1:${port}`, credentials, ...over });
  }

  /** The shards as they are, by their numbers. */
  async shards(): Promise<Shard[]> {
    return (await this.#client.send(new ListShardsCommand({ StreamName: this.stream }))).Shards!;
  }

  /** Puts a record into a shard. */
  async put(shard: number, text: string): Promise<void> {
    const { HashKeyRange } = (await this.shards())[shard]!;
    await this.#client.send(
      new PutRecordCommand({
        StreamName: this.stream,
        Data: Buffer.from(text),
        PartitionKey: 'any',
        ExplicitHashKey: HashKeyRange!.StartingHashKey!,
      }),
    );
  }

  async split(shard: number): Promise<void> {
    const { ShardId, HashKeyRange } = (await this.shards())[shard]!;
    const [from, to] = [BigInt(HashKeyRange!.StartingHashKey!), BigInt(HashKeyRange!.EndingHashKey!)];
    const NewStartingHashKey = String((from + to) / 2n);
    await this.#client.send(
      new SplitShardCommand({ StreamName: this.stream, ShardToSplit: ShardId!, NewStartingHashKey }),
    );
    await this.#active();
  }

  async merge(shard: number, other: number): Promise<void> {
    const [one, two] = await this.shards().then((all) => [all[shard]!.ShardId!, all[other]!.ShardId!]);
    await this.#client.send(
      new MergeShardsCommand({ StreamName: this.stream, ShardToMerge: one, AdjacentShardToMerge: two }),
    );
    await this.#active();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #active(): Promise<void> {
    const command = new DescribeStreamSummaryCommand({ StreamName: this.stream });
    await until(
      async () => (await this.#client.send(command)).StreamDescriptionSummary!.StreamStatus === 'ACTIVE',
      'the stream is active',
    );
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const operation = String(request.headers['x-amz-target']).split('.')[1]!;
    this.asked.push(operation);
    const fault = this.fault(operation);
    if (!fault) return void this.#kinesis.emit('request', request, response);
    request.resume();
    response.writeHead(fault.status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ __type: fault.type, message: 'a test wants it so' }));
  }
}
