package io.ostinato.model;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import io.ostinato.torchscript.ModuleFacts;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A file format that contains both architecture and weights. A snapshot consists of the file's
 * content, divided so that unchanged tensors keep their shards, and of the facts about it; a
 * refresh reloads the file.
 */
sealed interface ModuleFormat permits TorchScriptFormat, OnnxFormat {

  /** The name of the array with the facts about the file. */
  String FACTS = "module.facts";

  /**
   * The name of the array with the layout of a file in pieces: how many of the bytes outside of
   * pieces precede each piece, {@code int64 (pieces)}.
   */
  String LAYOUT = "module.layout";

  /** The name of the array with the content of the file, or with what isn't in pieces. */
  String array();

  /** A description of the content of such a file, such as {@code a TorchScript module}. */
  String content();

  /** Creates an empty model of the engine that reads this format. */
  Model newModel(Device device);

  /**
   * Loads the content into an empty model.
   *
   * @throws MalformedModelException if the content has another format; the message says why in one
   *     line
   */
  void load(Model model, InputStream content) throws IOException, MalformedModelException;

  /** The facts about a file, which are stored with its snapshot. */
  ModuleFacts facts(byte[] content);

  /**
   * Wraps a loaded model for {@code processData}.
   *
   * @param facts the facts about its file
   * @param manager a manager of the default engine, to which inputs and outputs belong
   * @param notes receives notes for users
   */
  EvaluationModel face(Model model, ModuleFacts facts, NDManager manager, Consumer<String> notes);

  /**
   * Records the state of a model; the result, called later, says what has changed since, if
   * anything.
   */
  Supplier<Optional<String>> inspect(Model model);

  default WeightSnapshot snapshotOf(byte[] content) {
    return snapshotOf(content, facts(content));
  }

  /**
   * The parts of a file that change on their own, such as its tensors, by their names, in the order
   * of the file and without overlaps. Empty if the file can't be divided.
   */
  List<ModulePiece> pieces(byte[] content);

  /**
   * Creates a snapshot. The facts come first: they are small, and are needed before the content.
   */
  default WeightSnapshot snapshotOf(byte[] content, ModuleFacts facts) {
    return ModulePiece.snapshotOf(this, content, facts);
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
