package io.ostinato.spark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.storage.LineFile;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.RunFiles.LineWriter;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HDFS doesn't force what is appended to a file with erasure coding to the disks. */
@Tag("spark35")
class ErasureCodedLinesIT {
  /** The policy that needs the fewest datanodes. */
  private static final String POLICY = "XOR-2-1-1024k";

  private static final int DATA_NODES = 3;

  @Test
  void linesAreKeptInSegments(@TempDir Path disk) throws IOException {
    try (MiniDfs hdfs = new MiniDfs(disk, DATA_NODES)) {
      String folder = hdfs.newFolder();
      DistributedFileSystem system = hdfs.system();
      system.mkdirs(new org.apache.hadoop.fs.Path(folder));
      system.enableErasureCodingPolicy(POLICY);
      system.setErasureCodingPolicy(new org.apache.hadoop.fs.Path(folder), POLICY);
      RunFiles files = HadoopRunFiles.in(folder, hdfs.configuration());
      assertThat(files.writerOf("log")).isEqualTo(LineWriter.NONE);
      try (LineFile log = files.openLinesOfNobody("log")) {
        log.append("a");
        assertThat(files.folder("log.lines").list())
            .as("the line is in a file that is closed")
            .anyMatch(name -> name.startsWith("0000000000-0000000001-"));
        assertThat(files.lines("log")).containsExactly("a");
        assertThat(files.writerOf("log")).isEqualTo(LineWriter.UNKNOWN);
      }
      assertThat(files.text("log")).isEqualTo("a\n");
      assertThat(files.folders()).isEmpty();
      try (LineFile log = files.openLines("log")) {
        log.append("b");
      }
      assertThat(files.text("log")).isEqualTo("a\nb\n");
      assertThat(files.writerOf("log")).isEqualTo(LineWriter.UNKNOWN);
    }
  }
}
