package io.ostinato.model;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.torchscript.ModuleFacts;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A format of files that have architecture and weights together. A snapshot is the content of the
 * file, as one array, and what it says of itself; a refresh loads it anew.
 */
sealed interface ModuleFormat permits TorchScriptFormat, OnnxFormat {

  /** The name of the array that has what the file says of itself. */
  String FACTS = "module.facts";

  /** The name of the array that has the content of the file. */
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

  /** What the file says of itself, to travel with it. */
  ModuleFacts facts(byte[] content);

  /**
   * A model that was loaded, as {@code processData} sees it.
   *
   * @param facts of its file
   * @param manager of the default engine, whose arrays go in and come out
   * @param notes hears what a user should know
   */
  EvaluationModel face(Model model, ModuleFacts facts, NDManager manager, Consumer<String> notes);

  /** Begins to watch what a forward changes; what it gives says, later, what has changed. */
  Supplier<Optional<String>> inspect(Model model);

  default WeightSnapshot snapshotOf(byte[] content) {
    return snapshotOf(content, facts(content));
  }

  /** The facts come first: they are small, and what is read next depends on them. */
  default WeightSnapshot snapshotOf(byte[] content, ModuleFacts facts) {
    byte[] json = facts.toJson().getBytes(StandardCharsets.UTF_8);
    return WeightSnapshot.of(
        List.of(
            HostArray.of(FACTS, DataType.UINT8, new Shape(json.length), json),
            HostArray.of(array(), DataType.UINT8, new Shape(content.length), content)));
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
