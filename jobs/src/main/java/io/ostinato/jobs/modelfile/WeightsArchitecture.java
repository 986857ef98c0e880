package io.ostinato.jobs.modelfile;

import io.ostinato.jobs.model.Architecture;
import java.util.List;
import java.util.Locale;

/** The architecture of files that contain only weights. */
public sealed interface WeightsArchitecture {
  /** The extensions of modules that can be an architecture. */
  List<String> MODULES = List.of(".pt", ".pth", ".ts", ".torchscript", ".onnx");

  /** None: all files are complete modules. */
  record None() implements WeightsArchitecture {}

  /** A DJL block, whose weights are safetensors files with the names of its parameters. */
  record OfBlock(Architecture block) implements WeightsArchitecture {}

  /**
   * A TorchScript module or an ONNX model, whose weights are replaced by name.
   *
   * @param file on any file system that Hadoop supports
   * @param prefix the prefix of the names of the weights, if a file has several of the module;
   *     empty if it is the only one that matches
   */
  record OfModule(String file, String prefix) implements WeightsArchitecture {}

  /** Whether the text of an option is the name of a module's file. */
  static boolean isModule(String text) {
    String name = text.toLowerCase(Locale.ROOT);
    return MODULES.stream().anyMatch(name::endsWith);
  }
}
