package io.ostinato.spark.storage;

import io.ostinato.storage.RunFilesContract.EndlessLines;

/** A process that appends lines by Hadoop. */
public final class HadoopLines {
  private HadoopLines() {}

  public static void main(String[] args) {
    EndlessLines.run(HadoopRunFiles.in(args[0], TestStore.configuration()));
  }
}
