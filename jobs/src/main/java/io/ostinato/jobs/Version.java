package io.ostinato.jobs;

import picocli.CommandLine.IVersionProvider;

/** Reports the versions of Ostinato, Spark and Java. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String ours = Main.class.getPackage().getImplementationVersion();
    return new String[] {
      "ostinato " + (ours == null ? "(not from its jar)" : ours),
      "Spark " + org.apache.spark.package$.MODULE$.SPARK_VERSION(),
      "Java " + System.getProperty("java.version")
    };
  }
}
