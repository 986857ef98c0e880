package io.ostinato.evaluation;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A format of files that have architecture and weights together. A snapshot is the content of the
 * file, as one array; a refresh loads it anew.
 */
sealed interface ModuleFormat permits TorchScriptFormat, OnnxFormat {

  /** The name of the snapshot's one array. */
  String array();

  /** What such a file has, as in {@code a TorchScript module}. */
  String content();

  /** An empty model of the engine that reads this format. */
  Model newModel(Device device);

  /**
   * Fills an empty model.
   *
   * @throws MalformedModelException if the content is of another format; says in one line why
   */
  void load(Model model, InputStream content) throws IOException, MalformedModelException;

  /**
   * The face of a model that was loaded.
   *
   * @param manager of the default engine, whose arrays go in and come out
   */
  EvaluationModel face(Model model, NDManager manager);

  default WeightSnapshot snapshotOf(byte[] content) {
    return WeightSnapshot.of(
        List.of(HostArray.of(array(), DataType.UINT8, new Shape(content.length), content)));
  }

  default WeightSnapshot snapshotOf(Path file) {
    return snapshotOf(contentOf(file));
  }

  default byte[] contentOf(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("can't read %s from '%s'".formatted(content(), file), e);
    }
  }
}
