package io.ostinato.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in the jar that is shipped. */
class JarIT {
  private static final String MAIN = "io.ostinato.jobs.Main";

  @TempDir Path folder;

  @Test
  void holdsNothingOfSparkHadoopScalaOrTheNatives() throws IOException {
    assertThat(entries())
        .noneMatch(
            name ->
                name.startsWith("org/apache/")
                    || name.startsWith("scala/")
                    || name.startsWith("org/slf4j/")
                    || name.startsWith("com/fasterxml/")
                    || name.startsWith("com/google/gson/")
                    || name.startsWith("org/junit/")
                    || name.startsWith("ai/djl/onnxruntime/")
                    || name.startsWith("ai/onnxruntime/")
                    || name.contains("libtorch")
                    || name.contains("native/lib/"));
  }

  @Test
  void holdsWhatACommandNeeds() throws IOException {
    assertThat(entries())
        .contains(
            "io/ostinato/jobs/Main.class",
            "io/ostinato/spark/plugin/OstinatoPlugin.class",
            "io/ostinato/training/TrainingLoop.class",
            "io/ostinato/shaded/gson/Gson.class",
            "ai/djl/pytorch/engine/PtEngine.class",
            "picocli/CommandLine.class")
        .doesNotHaveDuplicates();
  }

  @Test
  void holdsLicencesAndNotices() throws IOException {
    assertThat(text("META-INF/LICENSE")).contains("Apache License");
    assertThat(text("META-INF/NOTICE.txt")).contains("Apache Commons Compress");
    assertThat(text("META-INF/THIRD-PARTY.txt"))
        .contains(
            "ai.djl:api",
            "com.google.code.gson:gson",
            "info.picocli:picocli",
            "net.java.dev.jna:jna");
  }

  @Test
  void findsTheEngineAsAService() throws IOException {
    assertThat(text("META-INF/services/ai.djl.engine.EngineProvider"))
        .contains("ai.djl.pytorch.engine.PtEngineProvider");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "evaluate -V"})
  void tellsItsVersion(String arguments) throws IOException, InterruptedException {
    JavaProcess process = run("version", List.of(), arguments.split(" "));
    assertThat(process.out().lines())
        .hasSize(3)
        .first()
        .isEqualTo("ostinato " + manifest("Implementation-Version"));
    assertThat(manifest("Implementation-Version")).matches("\\d+\\.\\d+\\.\\d+.*");
  }

  @Test
  void itsClassesAndThoseOfSparkAreLoadedFromAnArchive() throws IOException, InterruptedException {
    Path archive = folder.resolve("classes.jsa");
    run("written", List.of("-XX:ArchiveClassesAtExit=" + archive), "--version");
    Path loaded = folder.resolve("loaded.txt");
    run(
        "read",
        List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:class+load:file=" + loaded),
        "--version");
    assertThat(Files.readAllLines(loaded))
        .anySatisfy(line -> assertThat(line).contains(MAIN + " source: shared objects file (top)"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("org.apache.spark.")
                    .endsWith("source: shared objects file (top)"));
  }

  private JavaProcess run(String name, List<String> options, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        SparkDistribution.in(folder.resolve("spark")).java(MAIN, List.of(arguments));
    List<String> command = builder.command();
    int jars = command.indexOf("-cp") + 1;
    command.set(jars, SparkDistribution.jar() + ":" + command.get(jars));
    command.addAll(1, options);
    JavaProcess process = JavaProcess.start(builder, folder, name);
    assertThat(process.join()).as(process.err()).isZero();
    return process;
  }

  private static String manifest(String key) throws IOException {
    try (JarFile jar = new JarFile(SparkDistribution.jar().toFile())) {
      return jar.getManifest().getMainAttributes().getValue(key);
    }
  }

  private static List<String> entries() throws IOException {
    try (JarFile jar = new JarFile(SparkDistribution.jar().toFile())) {
      return jar.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).toList();
    }
  }

  private static String text(String name) throws IOException {
    try (JarFile jar = new JarFile(SparkDistribution.jar().toFile())) {
      return new String(
          jar.getInputStream(jar.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
