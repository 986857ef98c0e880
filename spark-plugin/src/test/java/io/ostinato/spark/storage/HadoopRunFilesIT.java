package io.ostinato.spark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.storage.LineFile;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.RunFiles.LineWriter;
import io.ostinato.storage.RunFilesContract;
import io.ostinato.storage.StorageException;
import io.ostinato.storage.TakenOverException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HadoopRunFilesIT extends RunFilesContract {
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

  @Override
  protected List<String> everything() throws IOException {
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(folder);
    RemoteIterator<FileStatus> files =
        FileContext.getFileContext(path.toUri(), hdfs.configuration()).listStatus(path);
    List<String> names = new ArrayList<>();
    while (files.hasNext()) {
      names.add(files.next().getPath().getName());
    }
    return names;
  }

  @Override
  protected Class<?> lineWriter() {
    return HadoopLines.class;
  }

  @Override
  protected String folderForWriter() {
    return folder;
  }

  @Test
  void theLengthThatIsListedOfAnOpenFileIsThatOfItsLines() {
    try (LineFile log = files().openLines("log")) {
      log.append("abc");
      assertThat(files().sizeBytes("log")).isEqualTo(4);
      log.append("d");
      assertThat(files().sizeBytes("log")).isEqualTo(6);
    }
    assertThat(files().folders()).as("nothing is merged").isEmpty();
  }

  @Test
  void aLineThatCantBeWrittenIsTriedAgain() throws IOException {
    try (LineFile log = files().openLines("log")) {
      log.append("a");
      hdfs.stopDataNode();
      assertThatThrownBy(() -> log.append("b"))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("can't write")
          .hasMessageContaining("log");
      hdfs.startDataNode();
      log.append("b");
      log.append("c");
      assertThat(files().lines("log")).containsExactly("a", "b", "c");
    }
    assertThat(files().lines("log")).containsExactly("a", "b", "c");
  }

  @Test
  void afterALineFileCouldNotBeReplacedItIsStillThisProcesss() throws IOException {
    try (LineFile log = files().openLines("log")) {
      log.append("a");
      hdfs.stopDataNode();
      for (int times = 0; times < 2; times++) {
        assertThatThrownBy(() -> log.replace(List.of("x")))
            .isInstanceOf(StorageException.class)
            .isNotInstanceOf(TakenOverException.class)
            .hasMessageContaining("can't write");
      }
      hdfs.startDataNode();
      log.append("b");
      log.replace(List.of("b"));
      log.append("c");
      log.checkHeld();
    }
    assertThat(files().lines("log")).containsExactly("b", "c");
  }

  @Test
  void linesThatHdfsLostAreNoticed() throws IOException {
    try (LineFile log = files().openLines("log")) {
      log.append(List.of("a", "b"));
      hdfs.stopDataNode();
      assertThatThrownBy(() -> log.append("c")).isInstanceOf(StorageException.class);
      hdfs.startDataNode();
      files().write("log", out -> out.write("a\n".getBytes(StandardCharsets.UTF_8)));
      assertThatThrownBy(() -> log.append("c"))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("/log' has 2 bytes since HDFS recovered it, and 4 were written");
    }
  }

  @Test
  void onlyTheLeaseTellsWhoWritesAFile() {
    assertThat(files().writerOf("log")).isEqualTo(LineWriter.NONE);
    try (LineFile log = files().openLinesOfNobody("log")) {
      log.append("a");
      assertThat(files().writerOf("log")).isEqualTo(LineWriter.SOME);
      assertThatThrownBy(() -> files().openLinesOfNobody("log"))
          .isInstanceOf(TakenOverException.class)
          .hasMessageContaining("another process is writing");
      log.append("b");
    }
    assertThat(files().writerOf("log")).isEqualTo(LineWriter.NONE);
    files().openLinesOfNobody("log").close();
    assertThat(files().lines("log")).containsExactly("a", "b");
  }

  @Test
  void localFilesAndTheDefaultFileSystemAreHadToo(@TempDir Path disk) {
    RunFiles local = HadoopRunFiles.in(disk.toUri().toString(), new Configuration());
    local.write("a", out -> out.write(1));
    assertThat(disk.resolve("a")).isRegularFile();
    RunFiles byDefault = HadoopRunFiles.in(disk.resolve("b").toString(), new Configuration());
    byDefault.write("c", out -> out.write(1));
    assertThat(disk.resolve("b").resolve("c")).isRegularFile();
    assertThat(HadoopRunFiles.anywhere(disk.toUri().toString(), new Configuration()))
        .isInstanceOf(LocalRunFiles.class)
        .extracting(RunFiles::local)
        .isEqualTo(Optional.of(disk));
    assertThat(HadoopRunFiles.anywhere(folder, hdfs.configuration()).local()).isEmpty();
    assertThatThrownBy(() -> files().localFolder())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the folder '" + folder + "' is not on this machine");
  }

  @Test
  void aFileSystemThatIsNotKnownIsNamed() {
    assertThatThrownBy(() -> HadoopRunFiles.in("nowhere://x/y", new Configuration()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("can't open the folder 'nowhere://x/y'");
  }
}
