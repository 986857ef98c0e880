package io.ostinato.spark.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.spark.SparkFolder;
import io.ostinato.spark.TestJvm;
import io.ostinato.spark.plugin.OstinatoPlugin;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Jars that spark-submit brings, which the class loader of Spark's own classes doesn't see. */
class SparkJarsIT {
  private static final long MOST_SECONDS = 180;

  @TempDir private Path folder;

  /** Whether the jar has entries for folders; not all tools write them. */
  enum Layout {
    WITH_FOLDERS,
    ONLY_FILES
  }

  @ParameterizedTest
  @EnumSource
  void theTabIsThere(Layout layout) throws IOException, InterruptedException {
    String out = submitted(layout);
    assertThat(out)
        .contains("page by Spark's loader: false")
        .contains("/ostinato/ 200 <!DOCTYPE html>")
        .contains("/ostinato/ostinato.js 200 'use strict';")
        .contains(".driver.ostinato.status")
        .contains("\"/ostinato/\"");
  }

  private String submitted(Layout layout) throws IOException, InterruptedException {
    Path home = SparkFolder.in(folder.resolve("spark"));
    Path jar = jarOfFolders(layout);
    List<String> command = new ArrayList<>();
    command.add(TestJvm.java());
    command.addAll(TestJvm.shortLivedOptions());
    command.add("--add-exports=java.base/sun.nio.ch=ALL-UNNAMED");
    for (String opened :
        List.of("java.nio", "java.lang", "java.util", "java.util.concurrent", "sun.nio.ch")) {
      command.add("--add-opens=java.base/%s=ALL-UNNAMED".formatted(opened));
    }
    command.addAll(
        List.of(
            "-cp",
            home.resolve("jars") + "/*",
            "org.apache.spark.deploy.SparkSubmit",
            "--master",
            "local[1]",
            "--conf",
            "spark.driver.host=127.0.0.1",
            "--conf",
            "spark.driver.bindAddress=127.0.0.1",
            "--conf",
            "spark.ui.port=0",
            "--conf",
            "spark.plugins=" + OstinatoPlugin.class.getName(),
            "--jars",
            String.join(",", libraries()),
            "--class",
            SubmittedTab.class.getName(),
            jar.toString()));
    Path out = folder.resolve("out");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .directory(folder.toFile());
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("DJL_OFFLINE", "true");
    Process process = builder.start();
    if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("spark-submit didn't end: " + Files.readString(out));
    }
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  /** The jars that our classes need, but Spark doesn't have; callbacks is a folder or a jar. */
  private static List<String> libraries() {
    return entries()
        .filter(entry -> entry.endsWith(".jar"))
        .filter(
            entry ->
                Stream.of(
                        "/ai/djl/api/",
                        "/com/google/code/gson/",
                        "/com/datadoghq/",
                        "/jspecify/",
                        "/callbacks/target/")
                    .anyMatch(entry::contains))
        .toList();
  }

  /** A jar of our classes and resources, and those of the tests. */
  private Path jarOfFolders(Layout layout) throws IOException {
    Path jar = folder.resolve("ours.jar");
    Set<String> names = new HashSet<>();
    try (JarOutputStream entries = new JarOutputStream(Files.newOutputStream(jar))) {
      for (String entry : entries().toList()) {
        Path root = Path.of(entry);
        if (Files.isDirectory(root)) {
          add(root, layout, names, entries);
        }
      }
    }
    return jar;
  }

  private static void add(Path root, Layout layout, Set<String> names, JarOutputStream entries)
      throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.toList()) {
        boolean isFile = Files.isRegularFile(path);
        String name = root.relativize(path) + (isFile ? "" : "/");
        if ((isFile || layout == Layout.WITH_FOLDERS) && !name.equals("/") && names.add(name)) {
          entries.putNextEntry(new JarEntry(name));
          if (isFile) {
            Files.copy(path, entries);
          }
          entries.closeEntry();
        }
      }
    }
  }

  private static Stream<String> entries() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator));
  }
}
