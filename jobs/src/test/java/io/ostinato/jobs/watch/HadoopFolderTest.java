package io.ostinato.jobs.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links as trainings make them, on this machine's disk. */
class HadoopFolderTest {
  @TempDir Path temporary;
  private Path folder = Path.of("");

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectory(temporary.resolve("net"));
  }

  @Test
  void linksToACheckpointOfTheFolderAreNoOthers() throws IOException {
    Files.writeString(folder.resolve("E1_U1_S1.pt"), "one");
    Files.writeString(folder.resolve("E2_U2_S2.pt"), "two");
    link("last.pt", "E2_U2_S2.pt");
    link("best.pt", folder.resolve("E1_U1_S1.pt").toString());
    link("latest.pt", "last.pt");
    link("E3_U3_S3.pt", "../net/E2_U2_S2.pt");
    assertThat(checkpoints("*.pt")).containsExactly("E1_U1_S1.pt", "E2_U2_S2.pt");
    Path other = Files.createSymbolicLink(temporary.resolve("other"), folder);
    assertThat(checkpoints(other, "*.pt")).containsExactly("E1_U1_S1.pt", "E2_U2_S2.pt");
  }

  @Test
  void aLinkIsTheCheckpointWhereWhatItLeadsToIsNone() throws IOException {
    Files.writeString(folder.resolve("E1_U1_S1.pt"), "one");
    Files.writeString(folder.resolve("E2_U2_S2.pt"), "second");
    link("last.pt", "E1_U1_S1.pt");
    assertThat(checkpoints("last.pt")).containsExactly("last.pt");
    CheckpointFile before = listing(folder).checkpoints("last.pt"::equals).get(0);
    Files.delete(folder.resolve("last.pt"));
    link("last.pt", "E2_U2_S2.pt");
    CheckpointFile after = listing(folder).checkpoints("last.pt"::equals).get(0);
    assertThat(before.bytes()).isEqualTo(3);
    assertThat(after.bytes()).isEqualTo(6);
  }

  @Test
  void linksOutOfTheFolderAreCheckpointsOneForEachFileUnlessTheirNamesTellIterations()
      throws IOException {
    Path store = Files.createDirectory(temporary.resolve("store"));
    Files.writeString(store.resolve("one.pt"), "one");
    Files.writeString(store.resolve("two.pt"), "two");
    link("E1_U1_S1.pt", "../store/one.pt");
    link("E2_U2_S2.pt", "../store/one.pt");
    link("last.pt", "E2_U2_S2.pt");
    link("a.pt", "../store/two.pt");
    link("b.pt", "../store/two.pt");
    assertThat(checkpoints("*.pt")).containsExactly("E1_U1_S1.pt", "E2_U2_S2.pt", "a.pt");
  }

  @Test
  void linksThatLeadNowhereAndFoldersAreNoFiles() throws IOException {
    Files.writeString(folder.resolve("E1_U1_S1.pt"), "one");
    link("gone.pt", "E0_U0_S0.pt");
    link("loop.pt", "pool.pt");
    link("pool.pt", "loop.pt");
    Files.createDirectory(folder.resolve("checkpoint-500"));
    link("latest", "checkpoint-500");
    assertThat(checkpoints("*")).containsExactly("E1_U1_S1.pt");
    assertThat(listing(folder).folders()).containsExactlyInAnyOrder("checkpoint-500", "latest");
  }

  private void link(String name, String target) throws IOException {
    Files.createSymbolicLink(folder.resolve(name), Path.of(target));
  }

  private List<String> checkpoints(String glob) throws IOException {
    return checkpoints(folder, glob);
  }

  private static List<String> checkpoints(Path folder, String glob) throws IOException {
    return listing(folder).checkpoints(new NameFilter(glob)::accepts).stream()
        .map(CheckpointFile::name)
        .sorted()
        .toList();
  }

  private static Listing listing(Path folder) throws IOException {
    return new HadoopFolder(
            FileSystem.getLocal(new Configuration()), new org.apache.hadoop.fs.Path(folder.toUri()))
        .list();
  }
}
