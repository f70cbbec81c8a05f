"""The engine `openvino`: a model file written again for OpenVINO, and run by it."""
