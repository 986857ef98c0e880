package io.ostinato.spark.storage;

import io.ostinato.storage.CheckpointsContract;
import io.ostinato.storage.RunFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HadoopCheckpointsIT extends CheckpointsContract {
  private MiniDfs hdfs;
  private String folder = "";

  @BeforeAll
  void start(@TempDir Path disk) throws IOException {
    hdfs = new MiniDfs(disk);
  }

  @AfterAll
  void stop() {
    hdfs.close();
  }

  @BeforeEach
  void folder() {
    folder = hdfs.newFolder();
  }

  @Override
  protected RunFiles files() {
    return HadoopRunFiles.in(folder, hdfs.configuration());
  }
}
