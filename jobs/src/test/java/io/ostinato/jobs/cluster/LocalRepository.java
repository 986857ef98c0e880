package io.ostinato.jobs.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A Maven repository in a folder, as {@code mvn install} lays it out, with our jar in it. */
final class LocalRepository {
  static final String COORDINATES = "io.ostinato:jobs:" + version();

  private LocalRepository() {}

  /**
   * Settings of Ivy by which Spark looks into this repository, and into the one of this machine for
   * what the parent of our POM imports, but not on the network.
   */
  static Path settings(Path repository) throws IOException {
    // <repository>/ai/djl/pytorch/pytorch-native-cpu/<version>/<jar>
    Path machine = SparkDistribution.natives().resolve("../../../../../..").normalize();
    return Files.writeString(
        repository.resolve("ivysettings.xml"),
        """
        <ivysettings>
          <settings defaultResolver="folders"/>
          <resolvers>
            <chain name="folders">
              <ibiblio name="folder" m2compatible="true" root="%s"/>
              <ibiblio name="machine" m2compatible="true" root="%s"/>
            </chain>
          </resolvers>
        </ivysettings>
        """
            .formatted(repository.toUri(), machine.toUri()));
  }

  static Path in(Path folder) throws IOException {
    Path place = Files.createDirectories(folder.resolve("io/ostinato/jobs").resolve(version()));
    String name = "jobs-" + version();
    copy(SparkDistribution.jar(), place.resolve(name + ".jar"));
    copy(
        SparkDistribution.module().resolve("dependency-reduced-pom.xml"),
        place.resolve(name + ".pom"));
    Path parent =
        Files.createDirectories(folder.resolve("io/ostinato/ostinato").resolve(version()));
    copy(
        SparkDistribution.module().resolveSibling("pom.xml"),
        parent.resolve("ostinato-" + version() + ".pom"));
    return folder;
  }

  /** An application's own jar, which has nothing of ours. */
  static Path emptyJar(Path folder) throws IOException {
    Path jar = folder.resolve("application.jar");
    new JarOutputStream(Files.newOutputStream(jar), new Manifest()).close();
    return jar;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String version() {
    return System.getProperty("ostinato.tests.version");
  }
}
