package io.ostinato.spark.storage;

import io.ostinato.storage.LineFile;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.RunFiles.LineWriter;
import io.ostinato.storage.SegmentedLineFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/**
 * The line files of a folder: appended to on HDFS, kept in segments on other file systems, and in
 * folders of HDFS with erasure coding, where appends aren't forced to the disks.
 */
record HadoopLineFiles(FileSystem system, RunFiles files) {

  LineFile open(Path file) {
    String name = file.getName();
    if (system instanceof DistributedFileSystem hdfs && !SegmentedLineFile.isUsedFor(files, name)) {
      HdfsLineFile lines = HdfsLineFile.open(hdfs, file, files);
      if (lines.isForced()) {
        return lines;
      }
      lines.close();
    }
    return SegmentedLineFile.open(files, name);
  }

  List<String> read(Path file) {
    String name = file.getName();
    return system instanceof DistributedFileSystem && !SegmentedLineFile.isUsedFor(files, name)
        ? HdfsLineFile.read(file, files)
        : SegmentedLineFile.read(files, name);
  }

  /** Who writes a file, by its lease; empty if there are no leases, or they tell nothing. */
  Optional<LineWriter> leaseOf(Path file) {
    try {
      return system instanceof DistributedFileSystem hdfs && !mayHaveSegments(hdfs, file)
          ? Optional.of(new HdfsLease(hdfs, file).writer())
          : Optional.empty();
    } catch (IOException e) {
      throw HadoopRunFiles.failed("write", file, e);
    }
  }

  private boolean mayHaveSegments(DistributedFileSystem hdfs, Path file) throws IOException {
    return hdfs.exists(file)
        && (hdfs.getErasureCodingPolicy(file) != null
            || SegmentedLineFile.isUsedFor(files, file.getName()));
  }
}
