package io.ostinato.spark.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.jspecify.annotations.Nullable;

/** A real HDFS, of one node by default, on loopback; each test has a folder of its own. */
public final class MiniDfs implements AutoCloseable {
  /** By which a writer waits no 400 ms until the one node has told that it has a block. */
  public static final Map.Entry<String, String> QUICK_WRITES =
      Map.entry("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "5");

  private static final AtomicInteger FOLDERS = new AtomicInteger();

  private final Configuration configuration = new Configuration();
  private final MiniDFSCluster cluster;
  private MiniDFSCluster.@Nullable DataNodeProperties stopped;

  public MiniDfs(Path folder) throws IOException {
    this(folder, 1);
  }

  /** With this many datanodes. */
  MiniDfs(Path folder, int dataNodes) throws IOException {
    configuration.set("dfs.namenode.rpc-bind-host", "127.0.0.1");
    configuration.set("dfs.datanode.address", "127.0.0.1:0");
    configuration.set("dfs.datanode.http.address", "127.0.0.1:0");
    configuration.set("dfs.datanode.ipc.address", "127.0.0.1:0");
    configuration.set("dfs.heartbeat.interval", "1"); // by which leases are recovered
    configuration.set(QUICK_WRITES.getKey(), QUICK_WRITES.getValue());
    cluster =
        new MiniDFSCluster.Builder(configuration, folder.toFile()).numDataNodes(dataNodes).build();
    cluster.waitActive();
  }

  public Configuration configuration() {
    return configuration;
  }

  public String newFolder() {
    return cluster.getURI() + "/runs/" + FOLDERS.incrementAndGet() + "/checkpoints";
  }

  DistributedFileSystem system() throws IOException {
    return cluster.getFileSystem();
  }

  /** From now on nothing can be written or read. */
  void stopDataNode() {
    stopped = cluster.stopDataNode(0);
  }

  /** Starts the datanode again that was stopped, and waits until it is there. */
  void startDataNode() throws IOException {
    cluster.restartDataNode(Objects.requireNonNull(stopped), true);
    cluster.waitActive();
  }

  @Override
  public void close() {
    cluster.shutdown(true);
  }
}
