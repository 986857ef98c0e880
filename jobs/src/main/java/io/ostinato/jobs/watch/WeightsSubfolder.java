package io.ostinato.jobs.watch;

import io.ostinato.jobs.data.KeyStyle;
import io.ostinato.jobs.modelfile.ModelException;
import io.ostinato.jobs.modelfile.WeightFiles;
import io.ostinato.jobs.modelfile.WeightsFolder;
import io.ostinato.storage.Safetensors;
import io.ostinato.storage.StorageException;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.OfferedArray;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A subfolder with weights, such as {@code checkpoint-500} of Hugging Face's trainers. As a
 * checkpoint, it is named after its file of weights, or their index: {@code
 * checkpoint-500/model.safetensors}; its size and time are those of all files with weights.
 */
record WeightsSubfolder(FileSystem system, Path path) {

  /** The checkpoint in the folder; empty if there are no weights, or only some of the shards. */
  Optional<CheckpointFile> checkpoint() throws IOException {
    Map<String, FileStatus> files = new HashMap<>();
    for (FileStatus status : system.listStatus(path)) {
      if (status.isFile()) {
        files.put(status.getPath().getName(), status);
      }
    }
    return WeightsFolder.in(files.keySet()).map(weights -> checkpoint(weights, files));
  }

  private CheckpointFile checkpoint(WeightsFolder weights, Map<String, FileStatus> files) {
    List<String> names = new ArrayList<>(weights.shards());
    names.add(weights.main());
    long bytes = 0;
    Instant modified = Instant.EPOCH;
    for (String name : names) {
      FileStatus status = files.get(name);
      if (status != null) {
        Instant written = Instant.ofEpochMilli(status.getModificationTime());
        bytes += status.getLen();
        modified = written.isAfter(modified) ? written : modified;
      }
    }
    return new CheckpointFile(path.getName() + "/" + weights.main(), bytes, modified);
  }

  /**
   * The weights of an index and its shards as the content of one file.
   *
   * @throws IOException if they can't be read, or a shard is missing
   */
  Safetensors joined(String index) throws IOException {
    try {
      List<HostArray> arrays = new ArrayList<>();
      for (OfferedArray array :
          new WeightFiles(KeyStyle.OPTION).read(path.getName(), system, new Path(path, index))) {
        arrays.add(array.content().get());
      }
      return new Safetensors(arrays, Map.of());
    } catch (ModelException e) {
      throw new IOException(e.problem(), e);
    } catch (StorageException | IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
