#!/bin/bash
# Compiles DJL's JNI library for the libtorch of a Python installation; see README.md beside this file.
#
#   PYTHON=python3 build-jni.sh DJL_SOURCES FOLDER
#
# DJL_SOURCES is a checkout of DJL at the version that Ostinato uses. FOLDER gets libdjl_torch.so. Requires a
# JDK 17 and g++, and the headers of CUDA that PyTorch's packages lack: nvidia-cuda-crt and nvidia-cuda-cccl of
# the version of their nvidia-cuda-runtime, from pip.
set -eu
djl=$1/engines/pytorch
out=$2
site=$($PYTHON -c 'import os, torch; print(os.path.dirname(os.path.dirname(torch.__file__)))')
cuda=$(dirname "$(ls -d "$site"/nvidia/*/include/cuda_runtime_api.h)")
jdk=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
mkdir -p "$out/include" "$out/objects"
javac -nowarn -cp "$1/api/src/main/java" \
  -sourcepath "$djl/pytorch-engine/src/main/java:$1/api/src/main/java" -implicit:none -proc:none \
  -h "$out/include" -d "$out/classes" \
  "$djl/pytorch-engine/src/main/java/ai/djl/pytorch/jni/PyTorchLibrary.java"
for source in "$djl"/pytorch-native/src/main/native/*.cc; do
  g++ -c -O2 -fPIC -std=c++17 -w -DUSE_CUDA -I "$out/include" -I "$jdk/include" -I "$jdk/include/linux" \
    -I "$1/api/src/main/native" -I "$site/torch/include" -I "$site/torch/include/torch/csrc/api/include" \
    -I "$cuda" -I "$cuda/cccl" -o "$out/objects/$(basename "$source" .cc).o" "$source"
done
g++ -shared -s -o "$out/libdjl_torch.so" "$out"/objects/*.o -L"$site/torch/lib" -Wl,--no-as-needed \
  -ltorch -ltorch_cpu -ltorch_cuda -lc10 -lc10_cuda "-Wl,-rpath,\$ORIGIN"
